from __future__ import annotations

import json
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st

from ispace.model import prose
from ispace.templating import rich

ROOT = Path(__file__).parents[2]
GOLDEN: list[list[Any]] = json.loads((ROOT / "tests/golden/markdown.json").read_text(encoding="utf-8"))
PIECES = [
    "*",
    "**",
    "***",
    "a",
    " ",
    "\n",
    "\n- ",
    "\n1. ",
    "\\",
    "[",
    "](https://a.vn)",
    "](javascript:x)",
    ")",
    "é",
    "😀",
]
PIECES += ["“", "_", "`", "<b onclick=x>", '"', "&amp;", "<!--", "2. ", "](https://b.vn/x_(y))"]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=25).map(
    "".join
)


def inline(line: str) -> list[Any]:
    levels: list[list[Any]] = [[]]
    for token in prose.tokens(line):
        level = levels[-1]
        if token.type in {"softbreak", "hardbreak"}:
            level.append({"tag": "br", "children": []})
        elif token.nesting == 1:
            made: dict[str, Any] = {
                "tag": token.tag,
                **({"href": token.attrs["href"]} if token.tag == "a" else {}),
                "children": [],
            }
            level.append(made)
            levels.append(made["children"])
        elif token.nesting == -1:
            levels.pop()
        else:
            level.append(token.content)
    return together(levels[0])


def together(parts: list[Any]) -> list[Any]:
    """Return the parts, words that stand beside each other as one."""
    made: list[Any] = []
    for part in parts:
        if isinstance(part, dict):
            made.append({**part, "children": together(part["children"])})
        elif made and isinstance(made[-1], str):
            made[-1] += part
        elif part:
            made.append(part)
    return made


def tree(text: str) -> list[Any]:
    return [{"kind": block.kind, "items": [inline(item) for item in block.items]} for block in prose.blocks(text)]


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@pytest.mark.parametrize(("text", "expected"), GOLDEN)
def test_texts_are_read_as_the_golden_cases_say(text: str, expected: list[Any]) -> None:
    assert tree(text) == expected


@given(TEXTS)
def test_whatever_is_written_only_the_few_tags_come_out_and_links_lead_to_the_web(text: str) -> None:
    seen = Seen(str(rich(text)))
    for tag, attributes in seen.tags:
        assert tag in {"p", "ul", "ol", "li", "strong", "em", "br", "a"}
        assert set(attributes) <= {"class", "href", "rel"}
        if tag == "a":
            assert (attributes["href"] or "").startswith("https://")
            assert attributes["rel"] == "noopener external"


@given(TEXTS)
def test_no_letter_is_lost_and_plain_words_are_those_of_the_page(text: str) -> None:
    assert "".join(Seen(str(rich(text))).words.split()) == "".join(prose.plain(text).split())
    assert prose.plain(text).count("a") >= text.count("a") - text.count("](https://a.vn)") - text.count("&amp;")


@given(st.lists(TEXTS, min_size=150, max_size=150))
# To make a list of texts shorter takes minutes, and the text that failed is told anyway.
@settings(max_examples=3, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_viewer_reads_every_text_as_the_page_does(texts: list[str]) -> None:
    script = (
        "import {readFileSync} from 'node:fs';"
        "import {blocks, inlines} from './static/viewer/markdown.js';"
        "const texts = JSON.parse(readFileSync(0, 'utf8'));"
        "const read = ({kind, items}) => ({kind, items: items.map(inlines)});"
        "console.log(JSON.stringify(texts.map((text) => blocks(text).map(read))));"
    )
    told = subprocess.run(
        ["node", "--input-type=module", "-e", script], input=json.dumps(texts), capture_output=True, text=True,
        check=True, cwd=ROOT,
    )  # fmt: skip
    for text, seen in zip(texts, json.loads(told.stdout), strict=True):
        assert [{**b, "items": [together(item) for item in b["items"]]} for b in seen] == tree(text), text


@pytest.mark.parametrize(
    "text", ["*a **a " * 3000, "[" * 20_000, "*" * 20_000, "a**" * 6000, "[a](https://a.vn/(" * 1000]
)
def test_the_longest_hostile_text_is_read_in_steps_that_grow_with_its_length(text: str) -> None:
    assert prose.plain(text[:20_000])
