"""Preparing a store in a folder: it has to be there, and writable. Nothing else is needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from ispace import keys
from ispace.adapters.folder import FolderBlobs
from ispace.errors import IspaceError
from ispace.ports import Put, Step


def run(store: FolderBlobs) -> Iterator[Step]:
    """Make the folder where it is missing, and try to write, read and delete in it."""
    told = {"store": store.name}
    there = store.root.is_dir()
    try:
        store.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        yield Step("folder", "cannot", "folder-cannot", told | {"reason": str(error.strerror)})
        return
    yield Step("folder", "already" if there else "done", "folder-there" if there else "folder-made", told)
    key = f"{keys.ASSETS}prepare-{uuid.uuid4().hex}.txt"
    try:
        store.put(Put(key, b"prepare"))
        store.get(key)
        store.delete([key])
    except IspaceError as error:
        yield Step("rights", "cannot", "rights-cannot", told | {"reason": error.code})
        return
    yield Step("rights", "already", "rights", told)
