"""Markdown in texts: a small part of it, read by markdown-it; all else, HTML too, is words.

Lines that begin with ``- `` or ``1. `` are items of a list, indented lines go on with their item, an empty line parts
paragraphs, other line ends are kept. Inside: ``**bold**``, ``*italic*``, ``[words](https://…)``, and a backslash before
a sign that shall stand for itself. ``static/viewer/markdown.js`` reads the same, held to it by
``tests/golden/markdown.json``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as _emphasis
from markdown_it.token import Token

_ITEM = re.compile(r"^(?:(-)|([0-9]{1,3})\.)\s+(?=\S)")
_LINK = re.compile(
    r"\[((?:\\.|[^\[\]\\\n])+)\]"
    r"\((https?://[\w.-]+(?::[0-9]{1,5})?(?:[/?#](?:[^\s()<>\"\\]|\([^\s()<>\"\\]*\))*)?)\)"
)
_MARK = "*"


@dataclass
class Block:
    """A paragraph, or a list with its items; lines of one item or paragraph are parted by ``\\n``."""

    kind: Literal["p", "ul", "ol"]
    items: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """Return the paragraphs and lists of a text."""
    found: list[Block] = []
    goes_on = False
    # What marks the beginning of a file is space to a browser, and nothing at all to a reader.
    for line in text.replace("\ufeff", "").split("\n"):
        words = line.strip()
        if not words:
            goes_on = False
            continue
        last = found[-1] if found else None
        item = _ITEM.match(words)
        kind: Literal["p", "ul", "ol"] = "p"
        if item is not None:
            kind = "ul" if item[1] else "ol"
        in_list = last is not None and last.kind == kind != "p"
        # A sentence may begin with a year: a list begins with the number 1, or goes on.
        if item is not None and (kind == "ul" or in_list or item[2] == "1"):
            if last is None or not in_list:
                last = Block(kind)
                found.append(last)
            last.items.append(words[item.end() :])
        elif last is not None and goes_on and (last.kind == "p" or line[:1].isspace()):
            last.items[-1] += f"\n{words}"
        else:
            found.append(Block("p", [words]))
        goes_on = True
    return found


def tokens(line: str) -> list[Token]:
    """Return what stands in a paragraph or an item: text, softbreak, strong, em and link, opened and closed."""
    return _READER.parseInline(line)[0].children or []


def plain(text: str | None) -> str:
    """Return a text as words alone: paragraphs stay apart by an empty line, items of a list are lines."""
    return "\n\n".join("\n".join(_words(item) for item in block.items) for block in blocks(text or ""))


def _words(line: str) -> str:
    return "".join("\n" if token.type in {"softbreak", "hardbreak"} else token.content for token in tokens(line))


def is_address(url: str) -> bool:
    """Return whether a text may lead there: http or https, with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def _only_stars(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == _MARK and _emphasis(state, silent)


def _link(state: StateInline, silent: bool) -> bool:
    found = _LINK.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if found is None or not is_address(found[2]):
        return False
    if not silent:
        end = state.posMax
        state.pos, state.posMax = found.start(1), found.end(1)
        state.push("link_open", "a", 1).attrs = {"href": found[2]}
        state.md.inline.tokenize(state)
        state.push("link_close", "a", -1)
        state.posMax = end
    state.pos = found.end()
    return True


def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero").enable(["newline", "escape", "emphasis", "link", "balance_pairs"])
    reader.inline.ruler.at("emphasis", _only_stars)
    reader.inline.ruler.at("link", _link)
    return reader


_READER = _reader()
