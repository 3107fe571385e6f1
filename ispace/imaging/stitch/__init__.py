"""Photos taken from one place → one equirectangular picture, and a report of what became of each photo.

    photos     files → what is known of them, and small pictures to look at
    camera     lenses and rotations: where a pixel of a photo looks
    features   points that other photos show too
    matching   which photos show the same, and whether a rotation explains it
    network    which of those pairs agree with each other: groups, and a first orientation for each photo
    adjust     all orientations and lenses at once, until what belongs together meets
    upright    where up is
    photometry how bright each photo is, and how its lens darkens the corners
    local      small shifts that take up what a moved lens did
    warp       a photo → a window of the sphere
    layers     all photos laid over a small sphere
    expansion  labels that cost least, by graph cuts
    seams      which photo is seen where, and where photos disagree
    blend      the picture, block by block
    panorama   the picture → a file that says where it lies, when and where it was taken
    composition  from photometry to panorama in one call
    judge      whether it is right, and what the photographer can do
    run        all of it, in order

Axes are those of ``imaging.geometry``: x right, y up, z forward. No stores, no web, no texts in here.
"""
