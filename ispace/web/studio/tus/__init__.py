"""Resumable uploads over HTTP: tus 1.0 with creation, expiration, checksum and termination."""

from ispace.web.studio.tus.service import Tus, TusOptions

__all__ = ["Tus", "TusOptions"]
