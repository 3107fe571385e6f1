"""One file per stage, and nothing else; the order is data."""

from __future__ import annotations

STAGES: tuple[str, ...] = ("ingest", "level", "tile", "compose", "check", "render", "publish", "catalogue")
"""Every stage in the order a tour passes it; a test keeps this and the folder equal."""
