"""iSpace turns panoramas into a static 360° tour.

The pipeline, in the order a picture travels (``ispace stages`` prints it, ``ispace/pipeline/`` holds one file a stage):

    ingest     the file somebody took        → a checked original and what its EXIF and XMP say
    level      what the original says        → the angles that level its horizon
    tile       original + angles             → cube tiles and a preview, in one resampling
    compose    tour document + tile sets     → the tour as the viewer reads it
    check      the same                      → a list of problems, each with a place and a mend
    render     composed tour + templates     → the files of a release
    publish    files + tiles                 → an immutable release; the pointer flips last
    catalogue  published tours               → the index page and its search
"""

__version__ = "0.1.0"
