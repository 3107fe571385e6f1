"""A wheel of ours brings everything with it: no Node, no checkout, no templates lying beside it."""

from __future__ import annotations

import json
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pictures import panorama

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git knows and of the built front end."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-co",
            "--exclude-standard",
            "ispace",
            "templates",
            "static",
            "tours/schema",
            "*.md",
            "LICENSE",
            "pyproject.toml",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "static" / "dist", source / "static" / "dist")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_a_wheel_holds_the_built_viewer_the_templates_the_schema_and_the_texts(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "ispace/_assets/static/viewer.vi.js",
        "ispace/_assets/static/site.css",
        "ispace/_assets/templates/tour/page.html.j2",
        "ispace/_assets/schema/tour.schema.json",
        "ispace/texts/vi.toml",
        "ispace/texts/en.toml",
    ):
        assert wanted in names
    assert not [n for n in names if "node_modules" in n or n.startswith("tests/")]


@pytest.mark.slow
def test_a_wheel_in_an_empty_environment_publishes_a_tour_without_node(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = next((environment / "lib").glob("python*/site-packages"))
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(packages),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    # The libraries are those of the testing environment; of iSpace there is only the wheel's.
    libraries = [p for p in site.getsitepackages() if Path(p).is_dir()]
    (packages / "libraries.pth").write_text("\n".join(libraries))
    folder = tmp_path / "Chùa Hang"
    panorama(folder / "01 Cổng.jpg", seed=1)
    panorama(folder / "02 Sân.jpg", seed=2)
    bare = {
        "PATH": "/nonexistent",
        "HOME": str(tmp_path),
        "ISPACE_PRIVATE": f"file:{tmp_path / 'private'}",
        "LANG": "vi_VN.UTF-8",
    }
    python = environment / "bin" / "python"
    where = [str(python), "-c", "import ispace; print(ispace.__file__)"]
    at = subprocess.run(where, cwd=tmp_path, env=bare, capture_output=True, text=True, check=True).stdout
    assert str(packages) in at

    command = [str(python), "-m", "ispace", "publish", str(folder), "--to", f"file:{tmp_path / 'public'}", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    page = tmp_path / "public" / told["tour"] / "index.html"
    assert 'data-release="' in page.read_text("utf-8")
    scripts = [p for p in (tmp_path / "public" / "a").glob("*.js") if f"../a/{p.name}" in page.read_text("utf-8")]
    assert scripts
