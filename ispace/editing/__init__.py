"""Editing a tour together: changes as operations, their merging, history and restoring, who has a tour open."""
