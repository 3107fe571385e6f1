"""The studio over HTTP: its pages, its API, uploads; what may be asked of it and how it answers."""
