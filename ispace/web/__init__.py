"""HTTP, and only HTTP."""
