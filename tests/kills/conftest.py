"""The tours that are killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kills.scenes import BucketScene, Scene, commands, edit
from servers.tiny_s3 import TinyS3
from small_tour import front_end, set_up

from ispace import assets


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    front = front_end(tmp_path / "front")
    monkeypatch.setattr(assets, "load", lambda folder=None: front)
    small = set_up(template, tmp_path, front)
    small.publish()
    edit(small)
    settings = {"ISPACE_PUBLIC": small.settings.public, "ISPACE_PRIVATE": small.settings.private}
    with commands(tmp_path, settings) as server:
        scene = Scene(small, tmp_path / "before", server)
        scene.keep()
        yield scene


@pytest.fixture
def bucket_scene(template: Path, tmp_path: Path) -> Iterator[Scene]:
    small = set_up(template, tmp_path, front_end(tmp_path / "front"))
    with TinyS3(["tours-b"]) as s3:
        settings = {
            "ISPACE_PUBLIC": f"s3://tours-b/tours?endpoint={s3.endpoint}",
            "ISPACE_PRIVATE": small.settings.private,
            "ISPACE_TEXT_ENCODING": "none",  # sizes are compared with those of the manifest
            "ISPACE_S3_BULK": "boto3",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with commands(tmp_path, settings) as server:
            scene = BucketScene(small, tmp_path / "before", server, s3=s3)
            scene.run("publish", str(small.folder))
            edit(small)
            scene.run("build", str(small.folder))
            scene.keep()
            yield scene
