"""``python -m ispace`` is the command line."""

from ispace.cli import main

main()
