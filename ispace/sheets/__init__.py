"""A tour's texts as a table for translators: every text a row, and what a table that comes back changes."""
