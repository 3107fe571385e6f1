"""Commands about the stores themselves: ``storage prepare``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ispace import language, settings, wiring
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.language import of_user
from ispace.ports import Step

_MARKS = {"done": "✓", "already": "✓", "advice": "·", "cannot": "✗"}


def prepare(
    to: Annotated[str | None, typer.Option("--to", help=help_of("to"), show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=help_of("json"))] = False,
) -> None:
    """Prepare both stores."""
    told: list[dict[str, Any]] = []
    lines: list[str] = []
    for role, store, step in wiring.prepare(settings.load(), public=to):
        sentence = _sentence(step)
        if not told or told[-1]["role"] != role:
            lines.append(say(f"{role}-store", store=store))
        lines.append(f"  {_MARKS[step.outcome]} {sentence}")
        lines += [f"      {line}" for line in step.hand_over.splitlines()]
        told.append(
            {
                "role": role,
                "store": store,
                "step": step.name,
                "outcome": step.outcome,
                "params": dict(step.params),
                "sentence": sentence,
                "hand_over": step.hand_over,
            }
        )
    changed = sum(t["outcome"] == "done" for t in told)
    left = sum(t["outcome"] == "cannot" for t in told)
    lines.append(say("prepare-changed", count=changed) if changed else say("prepare-unchanged"))
    lines.append(say("prepare-left", count=left) if left else say("prepare-ready"))
    value = {"steps": told, "changed": changed, "prepared": left == 0}
    show.result(value, lines, as_json=as_json)
    if left:
        raise typer.Exit(7)


def _sentence(step: Step) -> str:
    return language.say("prepare", step.code, of_user(), **step.params)
