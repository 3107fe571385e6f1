"""Photos taken from one place → one equirectangular picture, and a report of what became of each photo.

    photos     files → what is known of them, and small pictures to look at
    camera     lenses and rotations: where a pixel of a photo looks
    features   points that other photos show too
    candidates which pairs of photos are worth a closer look
    matching   what two photos have in common, and whether a rotation explains it
    network    which of those pairs agree with each other: groups, and a first orientation for each photo
    zoom       the focal length of a lens, from what its photos have in common
    closure    the focal length again, from photos that go all around
    overlaps   which placed photos are compared with each other
    guided     matches looked for where they must be
    leftover   photos that no pair could place
    repetition whether a place looks alike in several directions
    descent    the way down to the least misfit
    adjust     all orientations and lenses at once, until what belongs together meets
    align      all of that: features → groups of placed photos
    room       how near things are in each direction
    baseline   what a lens that moved did
    posture    where up is by how the photos were held
    upright    where up is
    bearing    where north is
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
    shelf      what was found in photos, kept between runs
    clock      how long each part took
    run        all of it, in order

Axes are those of ``imaging.geometry``: x right, y up, z forward. No stores, no web, no texts in here.
"""
