"""The documentation says what the program does: these tests fail when one of them lags behind."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from ispace import cli, errors, settings
from ispace.model.problem import Problem

ROOT = Path(__file__).parents[1]
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
COMMAND_LINE: Any = typer.main.get_command(cli.command_line())


def commands(group: Any, words: str = "") -> dict[str, Any]:
    """Return every command by its whole name; one of a group has two words."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{words}{name}": command} if inner is None else commands(command, f"{words}{name} ")
    return found


COMMANDS_BY_NAME = commands(COMMAND_LINE)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(command: str) -> str:
    found = re.search(rf"^## ispace {command}\n(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section for ispace {command}"
    return found[1]


def example(text: str) -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert found
    return json.loads(found[1])


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, Any]:
    monkeypatch.setattr(sys, "argv", ["ispace", *arguments, "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0), json.loads(capsys.readouterr().out)


# Commands


@pytest.mark.parametrize("command", COMMANDS_BY_NAME)
def test_every_command_option_and_argument_is_described(command: str) -> None:
    text = section(command)
    for param in COMMANDS_BY_NAME[command].params:
        if param.param_type_name == "argument":
            assert f"- `{param.name.upper()}`:" in text
        else:
            line = next(
                (line for line in text.splitlines() if line.startswith("- ") and f"`{param.opts[-1]}`" in line), ""
            )
            assert all(f"`{option}`" in line for option in param.opts), param.opts


def test_no_command_is_described_that_does_not_exist() -> None:
    assert set(re.findall(r"^## ispace (.+)$", COMMANDS, re.MULTILINE)) == set(COMMANDS_BY_NAME)
    assert set(re.findall(r"\(#ispace-(\S+)\)", COMMANDS)) == {name.replace(" ", "-") for name in COMMANDS_BY_NAME}


@pytest.mark.parametrize("command", COMMANDS_BY_NAME)
def test_no_option_is_described_that_does_not_exist(command: str) -> None:
    known = {o for p in COMMANDS_BY_NAME[command].params for o in p.opts}
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", section(command))) - {"--help"} <= known


def test_every_exit_code_is_described() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMANDS, re.MULTILINE)}
    known = {kind.exit_code for kind in load("write_docs").classes(errors.IspaceError)}
    assert known | {0, 2, 130} == told


@pytest.mark.parametrize("arguments", [["stages"], ["releases"], ["gc"]], ids=" ".join)
def test_json_has_the_fields_that_are_described(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = said(capsys, monkeypatch, *arguments)
    assert (code, set(told)) == (0, set(example(section(arguments[0]))))


def test_a_failure_has_the_fields_that_are_described(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = said(capsys, monkeypatch, "publish", "nowhere")
    described = example(COMMANDS.split("## JSON")[1])
    assert code == 5
    assert set(told) == set(described)
    assert set(told["error"]) == set(described["error"])


def test_a_problem_has_the_fields_that_are_described() -> None:
    described = example(COMMANDS.split("A problem, in `problems`:")[1])
    assert list(Problem("THIEU").to_json()) == list(described)


def test_every_example_is_json() -> None:
    for found in re.findall(r"```json\n(.*?)```", COMMANDS, re.DOTALL):
        assert isinstance(json.loads(found), dict)


# Settings, errors


@pytest.mark.parametrize("page", ["settings.md", "errors.md"])
def test_a_written_page_is_up_to_date(page: str) -> None:
    # After a change: python scripts/write_docs.py
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == load("write_docs").PAGES[page]()


def test_every_setting_is_described_by_its_name_in_the_environment() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(ISPACE_\w+)`", text, re.MULTILINE))
    assert rows == {f"ISPACE_{name.upper()}" for name in settings.Settings.model_fields}
    assert all(field.description for field in settings.Settings.model_fields.values())


def test_every_error_has_a_sentence_of_its_own() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    leaves = {k.code for k in load("write_docs").classes(errors.IspaceError) if not k.__subclasses__()}
    general = {errors.NotAllowedError.code}  # has no case yet
    assert {code for code in leaves - general if f"\n| {code} |" not in text} == set()


# The house


def test_every_module_and_folder_of_the_program_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = {p.name for p in (ROOT / "ispace").iterdir() if not p.name.startswith("__") and p.suffix in {".py", ""}}
    names |= {p.name for p in (ROOT / "ispace" / "pipeline").glob("*.py")} - {"__init__.py"}
    assert {n for n in names if not re.search(rf"\b{re.escape(n)}", text)} == set()


def pages() -> list[Path]:
    return [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "tours").glob("*.md"),
        *ROOT.glob("scripts/*.md"),
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text("utf-8")):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor:
            text = file.read_text("utf-8")
            heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            made = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}
            assert f'<a id="{anchor}">' in text or anchor in made, anchor


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = re.findall(r"^## (\d+)\. ", (ROOT / "DECISIONS.md").read_text("utf-8"), re.MULTILINE)
    assert [int(n) for n in numbers] == list(range(1, len(numbers) + 1))


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in text or f"## [{cli.ispace.__version__}]" in text
