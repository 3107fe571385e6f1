"""The files of a tour that its document names, and its panoramas made ready for scenes.

``files`` are what was sent, under names that never get another content; ``recipe`` is what of a scene goes into its
tiles; ``uses`` says what a document names; ``panoramas`` has made ready what a document needs, ``scenes`` puts new ones
into it; ``drafts`` hands all of it to who publishes.
"""
