"""The house rules that no reviewer has to remember: who imports whom, how long a file is, what has a sentence."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import check_language
import pytest

import ispace
from ispace import language
from ispace.errors import IspaceError
from ispace.pipeline import STAGES
from ispace.settings import Settings

ROOT = Path(ispace.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 400
LISTS = {"errors.py"}
"""Modules that are read an entry at a time."""

MAY_IMPORT: dict[str, set[str]] = {
    # What a part of the house may know of the others; one that is not listed is bound by the rules below only.
    "errors": set(),
    "progress": set(),
    "wholefile": {"errors"},
    "digest": set(),
    "language": {"errors"},
    "keys": {"errors", "language"},
    "settings": {"errors"},
    "ports": set(),
    "database": {"errors"},
    "journal": {"database"},
    "libraries": {"database", "errors", "journal", "model"},
    "library_uses": {"database"},
    "sheets": {"errors", "model"},
    "titling": {"language", "model"},
    "materials": {
        *("accounts", "database", "digest", "errors", "imaging", "jobs", "journal", "keys", "stitching"),
        "pictures",
        "publications",
    },
    "pictures": {
        *("database", "documents", "errors", "imaging", "jobs", "journal", "keys", "language", "model", "pipeline"),
        *("ports", "work"),
    },
    "previews": {"digest", "errors", "keys", "pipeline", "ports", "presence"},
    "publications": {"database", "digest", "jobs", "journal", "keys", "pictures", "ports"},
    "withdrawal": {
        *("assets", "errors", "flow", "model", "pending", "pipeline", "pointer", "ports", "releases"),
        "settings",
    },
    "cards": {"model", "page", "work"},
    "checking": {"model", "pictures", "pipeline", "work"},
    "operations": set(),
    "revisions": {"database", "errors", "operations"},
    "documents": {
        *("accounts", "changes", "database", "errors", "journal", "keys", "library_uses", "model"),
        *("operations", "revisions"),
    },
    "editing": {
        *("accounts", "changes", "database", "documents", "errors", "journal", "language"),
        *("model", "operations", "revisions"),
    },
    "accounts": {"database", "errors", "journal", "model", "settings"},
    "jobs": {"errors", "database", "digest", "environment", "settings"},
    "uploads": {
        *("errors", "keys", "ports", "language", "settings", "wholefile", "imaging", "database"),
        *("journal", "accounts"),
    },
    "parallel": set(),
    "compression": {"errors", "keys", "ports"},
    "transfer": {"errors", "keys", "parallel", "ports"},
    "presence": {"errors", "keys", "parallel", "ports"},
    "pending": {"errors", "keys", "ports"},
    "collector": {"errors", "keys", "model", "ports", "parallel", "pending", "pointer", "releases"},
    "environment": set(),
    "imaging": {"errors", "environment"},
    "stitching": {"errors", "language", "imaging", "assets", "templating"},
    "model": {"errors", "language", "keys"},
    "changes": {"language", "model"},
    "pointer": {"errors", "keys", "model", "ports"},
    "releases": {"errors", "keys", "model", "ports", "parallel", "pending", "pointer", "presence"},
    "adapters": {
        *("errors", "keys", "ports", "settings", "compression", "parallel", "anonymous"),
        *("digest", "wholefile"),
    },
    "wiring": {"errors", "ports", "settings", "adapters", "compression"},
    "anonymous": {"errors"},
    "doctor": {
        *("errors", "keys", "language", "ports", "settings", "assets", "imaging", "wiring", "anonymous"),
        *("database", "jobs", "journal"),
    },
    "work": {"language", "imaging", "model"},
    "assets": {"errors", "keys"},
    "page": {"errors", "keys", "language", "model", "assets", "templating"},
    "templating": {"errors", "keys", "language", "model", "assets"},
    "web": {
        *("errors", "keys", "pointer", "ports", "settings", "compression"),
        *("adapters", "wiring", "assets", "page", "pipeline"),
        *("accounts", "database", "documents", "doctor", "journal", "language", "model", "templating", "uploads"),
        *("imaging", "jobs", "libraries", "library_uses", "materials", "pictures", "sheets", "stitching", "work"),
        *("changes", "editing", "operations", "revisions", "titling"),
        *("checking", "previews", "publications", "releases", "withdrawal"),
        *("accounts", "database", "documents", "doctor", "jobs", "journal", "language", "model", "templating"),
    },
}

ADAPTERS_ARE_KNOWN_TO = {"adapters", "wiring", "web"}
FLOWS_AND_STAGES = {"flow", "pipeline", "audit"}
"""Who may name a stage; the others go through ``flow``."""

LEAVES_OF_IMAGING = {"probe", "limits", "isolate", "poster"}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _part(module: str) -> str:
    """Return the part of the house: the file or folder directly below ``ispace``."""
    return module.split(".")[1] if "." in module else ""


def _imports(path: Path) -> Iterator[str]:
    """Yield every module of ours that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "ispace")
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "ispace":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                file = ROOT.parent / Path(*inner.split("."))
                yield inner if file.is_dir() or file.with_suffix(".py").is_file() else str(node.module)


def _rel(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_rel)
def test_a_part_imports_only_what_it_may_know(path: Path) -> None:
    part = _part(_name(path))
    if part not in MAY_IMPORT:
        return
    known = {_part(module) for module in _imports(path)} - {part, ""}
    assert known <= MAY_IMPORT[part]


@pytest.mark.parametrize("path", MODULES, ids=_rel)
def test_only_the_wiring_and_the_server_know_adapters(path: Path) -> None:
    if _part(_name(path)) not in ADAPTERS_ARE_KNOWN_TO:
        assert not [m for m in _imports(path) if m.startswith("ispace.adapters")]


@pytest.mark.parametrize("path", MODULES, ids=_rel)
def test_no_relative_imports(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level]


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_know_one_another(stage: str) -> None:
    named = {m.split(".")[2] for m in _imports(ROOT / "pipeline" / f"{stage}.py") if m.startswith("ispace.pipeline.")}
    assert named <= {stage}


def test_the_list_of_stages_is_the_folder() -> None:
    files = {p.stem for p in (ROOT / "pipeline").glob("*.py")} - {"__init__"}
    assert set(STAGES) == files
    assert len(STAGES) == len(set(STAGES))
    assert [p.name for p in (ROOT / "pipeline").iterdir() if p.is_dir() and p.name != "__pycache__"] == []


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_says_in_its_first_line_what_becomes_what(stage: str) -> None:
    first = (importlib.import_module(f"ispace.pipeline.{stage}").__doc__ or "").split("\n\n")[0]
    assert "→" in first


def test_the_package_lists_the_stages_in_their_order() -> None:
    listed = re.findall(r"(?m)^    ([a-z]+) .*→", ispace.__doc__ or "")
    assert tuple(listed) == STAGES


def test_the_command_line_runs_a_whole_tour_only_through_the_flow() -> None:
    # `ispace tile` takes one picture and no store; `ispace unpublish` writes the pages that stand in for the tour.
    allowed = {"ingest", "level", "tile", "render"}
    named = {
        m.split(".")[2] for p in (ROOT / "cli").glob("*.py") for m in _imports(p) if m.startswith("ispace.pipeline.")
    }
    assert named <= allowed


def test_nothing_that_the_house_is_built_on_knows_the_command_line_or_the_web() -> None:
    for path in MODULES:
        part = _part(_name(path))
        if part not in {"cli", "web", "asgi", "__main__"}:
            assert not [m for m in _imports(path) if m.startswith(("ispace.cli", "ispace.web"))], path


@pytest.mark.parametrize("path", MODULES, ids=_rel)
def test_no_module_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES or _rel(path) in LISTS


@pytest.mark.parametrize("path", MODULES, ids=_rel)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_the_environment_is_read_in_few_places() -> None:
    readers = {_part(_name(p)) for p in MODULES if re.search(r"\bos\.(environ|getenv)\b", p.read_text("utf-8"))}
    assert readers <= {
        "settings",
        "language",
        "environment",  # to give a child process as little of it as it needs
    }


# Errors and sentences


def _everything_loaded() -> None:
    for module in pkgutil.walk_packages([str(ROOT)], "ispace."):
        # The last two are run by others: as a process, by Alembic.
        if not module.name.endswith(("__main__", ".worker", ".migrations.env")):
            importlib.import_module(module.name)


def _classes() -> list[type[IspaceError]]:
    _everything_loaded()
    found, waiting = [], [IspaceError]
    while waiting:
        kind = waiting.pop()
        if kind.__module__.startswith("ispace."):
            found.append(kind)
        waiting += kind.__subclasses__()
    return found


def _leaves() -> list[type[IspaceError]]:
    branches = IspaceError.__subclasses__()
    return [c for c in _classes() if not c.__subclasses__() and not (c in branches and c.exit_code > 2)]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in _classes()]
    assert len(codes) == len(set(codes))
    for kind in _classes():
        assert "code" in vars(kind), kind
        assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", kind.code), kind


def test_every_error_is_defined_in_one_place_and_has_an_exit_code() -> None:
    for kind in _classes():
        assert kind.__module__.startswith("ispace.errors")
        assert kind is IspaceError or kind.exit_code in {1, 2, 3, 4, 5, 6, 7}


@pytest.mark.parametrize("lang", language.available())
def test_every_error_has_a_sentence_that_names_the_thing_and_says_what_to_do(lang: str) -> None:
    said = language.texts(language.DEFAULT)["errors"] | language.texts(lang).get("errors", {})
    assert [kind.__name__ for kind in _leaves() if kind.code not in said] == []
    for code, text in said.items():
        assert text.rstrip().endswith((".", "}")), code
        assert len(text) < 320, code


def test_every_sentence_about_an_error_belongs_to_a_class() -> None:
    spoken = set(language.texts(language.DEFAULT)["errors"])
    assert spoken - {kind.code for kind in _classes()} <= {"NGUNG"}


@pytest.mark.parametrize("lang", [lang for lang in language.available() if lang != language.DEFAULT])
def test_every_language_says_the_same_things_with_the_same_parameters(lang: str) -> None:
    known, other = language.texts(language.DEFAULT), language.texts(lang)
    assert check_language.faults(known, other, lang) == []
    assert list(other) == [section for section in known if section in other]


def test_english_says_everything_that_vietnamese_says() -> None:
    # What settings do is said in English where they are made.
    assert [*language.texts("en"), "settings"] == list(language.texts(language.DEFAULT))


def test_vietnamese_says_what_every_setting_does_with_the_same_names() -> None:
    said = language.texts(language.DEFAULT)["settings"]
    assert list(said) == list(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        assert check_language.fields(said[name]) == check_language.fields(field.description or ""), name


def test_no_two_sentences_about_errors_are_the_same() -> None:
    for lang in language.available():
        texts = list(language.texts(lang).get("errors", {}).values())
        assert len(texts) == len(set(texts))


def _words_in(pattern: str) -> set[str]:
    return {found for path in MODULES for found in re.findall(pattern, path.read_text("utf-8"))}


def test_every_note_and_problem_that_the_code_makes_has_its_sentence() -> None:
    texts = language.texts(language.DEFAULT)
    known = set(texts["notes"]) | set(texts["problems"]) | set(texts["errors"])
    made = _words_in(r'(?:Note|Problem)\(\s*(?:code=)?"([A-Z][A-Z0-9-]+)"')
    assert made
    assert made <= known


def test_every_word_of_the_command_line_exists() -> None:
    said = set(language.texts(language.DEFAULT)["cli"])
    used = set()
    for path in (ROOT / "cli").glob("*.py"):
        used |= set(re.findall(r'(?<![.\w])(?:help_of|say)\("([a-z-]+)"[,)]', path.read_text("utf-8")))
    assert used
    assert used <= said


def test_every_parameter_of_an_error_sentence_is_given_where_the_error_is_raised() -> None:
    """What a sentence names and the code does not give would be shown as ``{name}``."""
    fields = {
        kind.__name__: check_language.fields(language.texts(language.DEFAULT)["errors"][kind.code])
        for kind in _leaves()
    }
    forgotten = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in fields):
                continue
            given = {keyword.arg for keyword in node.keywords}
            if None in given:  # **params
                continue
            missing = fields[node.func.id] - given - ({"count"} if "problems" in given else set())
            forgotten += [f"{_rel(path)}:{node.lineno} {node.func.id} {sorted(missing)}"] if missing else []
    assert forgotten == []
