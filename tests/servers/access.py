"""Who may read a bucket: its policy for those without keys, its CORS configuration for pages of other origins."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any


class MalformedError(ValueError):
    """A policy or a configuration that no server would take."""


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fits(pattern: str, text: str) -> bool:
    """Return whether a policy's pattern, where ``*`` and ``?`` stand for others, fits."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


class Policy:
    """A bucket policy, as far as it concerns everybody."""

    def __init__(self, text: bytes) -> None:
        try:
            document = json.loads(text)
            self._statements = [
                (
                    statement["Effect"],
                    [str(action) for action in _many(statement["Action"])],
                    [str(resource) for resource in _many(statement["Resource"])],
                )
                for statement in _many(document["Statement"])
                if statement["Principal"] == "*" or "*" in _many(dict(statement["Principal"]).get("AWS"))
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedError(str(error)) from error

    def allows(self, action: str, resource: str) -> bool:
        """Return whether everybody may do that."""
        effects = {
            effect
            for effect, actions, resources in self._statements
            if any(_fits(a.lower(), action.lower()) for a in actions) and any(_fits(r, resource) for r in resources)
        }
        return "Allow" in effects and "Deny" not in effects


@dataclass
class CorsRule:
    """One rule of a CORS configuration."""

    origins: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    exposed: list[str] = field(default_factory=list)
    max_age: str = ""


class Cors:
    """A bucket's CORS configuration."""

    def __init__(self, text: bytes) -> None:
        try:
            root = ET.fromstring(text)
        except ET.ParseError as error:
            raise MalformedError(str(error)) from error
        self.rules: list[CorsRule] = []
        for element in root:
            if element.tag.rpartition("}")[2] != "CORSRule":
                continue
            rule = CorsRule()
            places = {
                "AllowedOrigin": rule.origins,
                "AllowedMethod": rule.methods,
                "AllowedHeader": rule.headers,
                "ExposeHeader": rule.exposed,
            }
            for child in element:
                name, value = child.tag.rpartition("}")[2], (child.text or "").strip()
                if name in places:
                    places[name].append(value)
                elif name == "MaxAgeSeconds":
                    rule.max_age = value
            if not rule.origins or not rule.methods:
                raise MalformedError("a rule without origins or methods")
            self.rules.append(rule)
        if not self.rules:
            raise MalformedError("no rule")

    def headers(self, origin: str, method: str, asked: str = "") -> dict[str, str]:
        """Return what a reply to that origin says, nothing where no rule fits."""
        wanted = [name.strip().lower() for name in asked.split(",") if name.strip()]
        for rule in self.rules:
            if method not in rule.methods or not any(_fits(pattern, origin) for pattern in rule.origins):
                continue
            if not all(any(_fits(pattern.lower(), name) for pattern in rule.headers) for name in wanted):
                continue
            found = {
                "Access-Control-Allow-Origin": "*" if "*" in rule.origins else origin,
                "Access-Control-Allow-Methods": ", ".join(rule.methods),
                "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
            }
            if rule.exposed:
                found["Access-Control-Expose-Headers"] = ", ".join(rule.exposed)
            if wanted:
                found["Access-Control-Allow-Headers"] = ", ".join(wanted)
            if rule.max_age:
                found["Access-Control-Max-Age"] = rule.max_age
            return found
        return {}
