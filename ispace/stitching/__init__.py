"""What people see of stitching: which files are a set, what is said about it, and the report as JSON and as a page.

The work itself is done in the picture process by ``imaging.stitch``.
"""
