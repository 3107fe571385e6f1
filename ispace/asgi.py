"""What an ASGI server of the operator's own imports: ``uvicorn ispace.asgi:app``; ``ispace serve`` needs none."""

from __future__ import annotations

from ispace import settings
from ispace.web.listen import application

_chosen = settings.load()
app = application(_chosen, _chosen.public)
