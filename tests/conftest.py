"""What many tests need: the shared pictures where they are, and small panoramas of our own where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.register_assert_rewrite("adapters.blobs_contract")

ROOT = Path(__file__).parent.parent


def _shared(name: str) -> Path:
    folder = Path(os.environ.get("ISPACE_SHARED", ROOT.parent / "shared")) / name
    if not folder.is_dir():
        pytest.skip(f"the shared folder {name} is not beside this checkout (ISPACE_SHARED names another place)")
    return folder


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
        if name.startswith("ISPACE_") and name not in {"ISPACE_CHROMIUM", "ISPACE_SHARED"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ISPACE_LANGUAGE", "vi")


def panorama(path: Path, width_px: int = 1024, seed: int = 1) -> Path:
    """Write a small full panorama with detail and a colour of its own."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (16, 32, 3), np.uint8)
    image = Image.fromarray(small).resize((width_px, width_px // 2), Image.Resampling.BICUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=85)
    return path


pytest_plugins = ["small_tour"]
