"""What many tests need: the shared pictures where they are, and small panoramas of our own where they are not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pictures import panorama
from PIL import Image

__all__ = ["panorama"]

pytest.register_assert_rewrite("adapters.blobs_contract", "web.http_contract")

# The machine is used by others too, so slow is no fault; and a run of the same sources finds the same. Who looks for
# more runs ``pytest --hypothesis-profile=search``.
settings.register_profile("calm", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("calm")

ROOT = Path(__file__).parent.parent


def _shared(name: str) -> Path:
    folder = Path(os.environ.get("ISPACE_SHARED", ROOT.parent / "shared")) / name
    if not folder.is_dir():
        pytest.skip(f"the shared folder {name} is not beside this checkout (ISPACE_SHARED names another place)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, then those with browsers: workers that share the files end together.

    With ``--no-loadscope-reorder`` xdist hands files out in this order; by itself it begins with those of many tests,
    which are the quick ones.
    """
    rank: dict[Path, int] = {}
    for item in items:
        own = 0 if item.get_closest_marker("slow") else 1 if item.get_closest_marker("browser") else 2
        rank[item.path] = min(own, rank.get(item.path, own))
    items.sort(key=lambda item: rank[item.path])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pictures that are not in the repository."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_world() -> Path:
    """The folder of the rendered world that the demo tours are made of."""
    return _shared("demo-world")


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tester's own settings and language out of the tests."""
    for name in list(os.environ):
        if name.startswith("ISPACE_") and name not in {"ISPACE_CHROMIUM", "ISPACE_SHARED", "ISPACE_TEST_S3"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ISPACE_LANGUAGE", "vi")


@pytest.fixture(autouse=True)
def _pillow_limit() -> Iterator[None]:
    """Give each test Pillow's own pixel limit: what opens a picture sets it to iSpace's, for the whole process."""
    limit = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = limit


pytest_plugins = ["small_tour", "servers.fixtures", "stitching.small_sets"]
