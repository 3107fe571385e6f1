"""What a tour was sent: looked at, grouped by what belongs together, confirmed or corrected by the editor.

``sorting`` says what belongs together, ``shelf`` keeps it in the database, ``groups`` is what editors do with it.
"""
