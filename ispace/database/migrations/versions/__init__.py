"""The steps of the schema, each named by its number and what it brings."""
