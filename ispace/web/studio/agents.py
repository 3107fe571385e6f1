"""What a browser calls itself, in two words for people: "Firefox, Windows"."""

from __future__ import annotations

_BROWSERS = (
    # The order matters: most of them claim to be the others as well.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name(agent: str) -> str:
    """Return browser and system, as far as they are known; empty where neither is."""
    found = [next((said for sign, said in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in found if part)
