"""The documents: tour, tile set, release, and the problems found in them."""
