"""The settings in force, for administrators: they are made in the environment, so this page only shows them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from starlette.responses import Response

from ispace import language
from ispace.settings import Settings
from ispace.web.studio.visit import Visit

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("settings-studio", ("studio", "database", "secret", "session", "oidc", "contact", "proxies")),
    ("settings-stores", ("public", "private", "s3", "text", "grace")),
    ("settings-site", ("site", "directions", "map", "author", "host", "port")),
    ("settings-uploads", ("upload", "uploads")),
    ("settings-work", ("work", "serve")),
    ("settings-pictures", ("max", "tile", "stitch", "threads")),
)
"""Titles, and how the names of their settings begin; what fits none stands in the last group."""


def _what(name: str, lang: str) -> str:
    """Return what a setting does; in English that stands beside the setting itself."""
    return language.texts(lang).get("settings", {}).get(name) or Settings.model_fields[name].description or ""


def listed(visit: Visit) -> Response:
    """Show every setting, its value and where it comes from; secrets only as set or not."""
    visit.need_admin()
    titles = [title for title, _ in _GROUPS] + ["settings-others"]
    rows: dict[str, list[dict[str, Any]]] = {title: [] for title in titles}
    for name, field in Settings.model_fields.items():
        value = getattr(visit.studio.settings, name)
        secret = isinstance(value, SecretStr)
        begins = name.split("_")[0]
        title = next((t for t, starts in _GROUPS if begins in starts), "settings-others")
        rows[title].append(
            {
                "name": f"ISPACE_{name.upper()}",
                "value": "set" if secret and value.get_secret_value() else "" if secret else str(value),
                "origin": "default" if value == field.default else "environment",
                "what": _what(name, visit.lang),
                "secret": secret,
            }
        )
    groups = [{"title": visit.say(title), "rows": found} for title, found in rows.items() if found]
    return visit.page("settings", editable=[], values={}, errors={}, groups=groups)
