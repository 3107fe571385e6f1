"""Addresses as QR codes, for telephones and for paper."""

from __future__ import annotations

import io
from typing import Any

import segno


def drawn(address: str) -> dict[str, Any]:
    """Return a QR code as the path of an SVG, and how many modules its side has."""
    matrix = _made(address).matrix
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark)
    return {"qr": path, "side": len(matrix)}


def svg(address: str) -> bytes:
    """Return a QR code as an SVG file."""
    out = io.BytesIO()
    _made(address).save(out, kind="svg", scale=8, border=4, dark="#000", light="#fff")
    return out.getvalue()


def png(address: str) -> bytes:
    """Return a QR code as a PNG of about a thousand pixels."""
    made = _made(address)
    out = io.BytesIO()
    made.save(out, kind="png", scale=max(1024 // (len(made.matrix) + 8), 4), border=4, dark="#000", light="#fff")
    return out.getvalue()


def _made(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
