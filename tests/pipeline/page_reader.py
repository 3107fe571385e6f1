"""Reads a page as a browser would, as far as tests need it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "link", "img", "source", "br", "track", "input"}


class Page(HTMLParser):
    """Elements in order (tag, attributes), the text that is read, and the data blocks."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.blocks: list[tuple[dict[str, str], str]] = []
        self.open: list[str] = []
        self.mismatched: list[str] = []
        self._script: tuple[dict[str, str], str] | None = None
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "script":
            self._script = (attributes, "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script:
            self.blocks.append(self._script)
            self._script = None
        if tag in _VOID or not self.open or self.open.pop() != tag:
            self.mismatched.append(tag)

    def handle_data(self, data: str) -> None:
        if self._script:
            self._script = (self._script[0], self._script[1] + data)
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def meta(self, name: str) -> str | None:
        return next((a["content"] for a in self.all("meta") if name in (a.get("property"), a.get("name"))), None)

    def link(self, rel: str) -> list[dict[str, str]]:
        return [a for a in self.all("link") if a.get("rel") == rel]

    def block(self, kind: str) -> Any:
        return json.loads(next(text for attributes, text in self.blocks if attributes.get("type") == kind))

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    @property
    def addresses(self) -> list[str]:
        """Everything that a browser loads or follows."""
        found = []
        for tag, attributes in self.elements:
            found += [attributes[name] for name in ("href", "src") if attributes.get(name) and tag != "use"]
            found += [part.split()[0] for part in attributes.get("srcset", "").split(", ") if part]
        return found
