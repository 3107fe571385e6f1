"""A store in a folder, laid out so that any web server can serve it as it is.

Writes go to ``.ispace/tmp`` and are renamed into place, so a reader never meets half a file. What a file system
cannot say about a file (headers that differ from those its key implies, metadata) lies in ``.ispace/meta``, bound to
the object by its ETag. Conditional writes hold a lock of the operating system, which dies with its owner.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ispace import keys
from ispace.errors import (
    IspaceError,
    KeyInvalidError,
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    StoreFailedError,
    StoreFullError,
    StoreReadOnlyError,
)
from ispace.ports import ObjectInfo, Put

_PRIVATE = ".ispace"


class FolderBlobs:
    """Implements ``ports.Blobs`` below one folder."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made at the first write."""
        self.root = root.absolute()
        self.name = f"file:{root}"

    def put(self, put: Put) -> ObjectInfo:
        """Write one object durably; see ``ports.Blobs``."""
        path = self._path(put.key)
        with self._translated():
            if not (put.if_absent or put.if_match):
                return self._write(put, path, durable=True)
            with self._locked():
                now = self._etag(path)
                if put.if_absent and now is not None:
                    raise ObjectExistsError(key=put.key)
                if put.if_match is not None and now != put.if_match:
                    raise ObjectChangedError(key=put.key)
                return self._write(put, path, durable=True)

    def put_many(self, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
        """Write objects one after the other (a disk gains nothing from more); ``flush`` makes them durable."""
        for put in puts:
            if put.if_absent or put.if_match:
                raise ValueError("put_many takes no conditions")
            with self._translated():
                info = self._write(put, self._path(put.key), durable=False)
            yield info

    def get(self, key: str) -> bytes:
        """Return an object's content."""
        path = self._path(key)
        with self._translated(key):
            return path.read_bytes()

    def fetch(self, key: str, to: Path) -> None:
        """Copy an object to the file ``to``."""
        path = self._path(key)
        with self._translated(key):
            shutil.copyfile(path, to)

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object."""
        path = self._path(key)
        with self._translated():
            try:
                stat = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return self._info(key, stat, full=True) if path.is_file() else None

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys, one folder in memory at a time."""
        folder = prefix.rpartition("/")[0]
        top = self.root / folder if folder else self.root
        with self._translated():
            yield from (
                self._info(key, stat, full=False)
                for key, stat in self._walk(top, f"{folder}/" if folder else "")
                if key.startswith(prefix)
            )

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the folders below ``prefix`` that hold at least one object."""
        with self._translated():
            for name, entry in self._entries(self.root / prefix):
                if entry.is_dir() and next(self._walk(Path(entry.path), f"{prefix}{name}"), None) is not None:
                    yield entry.name

    def delete(self, keys: Iterable[str]) -> int:
        """Delete objects and the folders that this leaves empty."""
        count = 0
        for key in keys:
            path = self._path(key)
            with self._translated():
                try:
                    path.unlink()
                except (FileNotFoundError, NotADirectoryError):
                    continue
                count += 1
                self._meta(key).unlink(missing_ok=True)
                self._prune(path.parent)
        return count

    def flush(self) -> None:
        """Bring everything written so far to the disk."""
        os.sync()

    def file(self, key: str) -> Path | None:
        """Return the file that holds an object, for serving it; ``None`` where there is none."""
        try:
            path = self._path(key)
        except KeyInvalidError:
            return None
        return path if path.is_file() else None

    def _path(self, key: str) -> Path:
        return self.root / keys.checked(key)

    def _meta(self, key: str) -> Path:
        return self.root / _PRIVATE / "meta" / f"{key}.json"

    def _write(self, put: Put, path: Path, *, durable: bool) -> ObjectInfo:
        temporary = self.root / _PRIVATE / "tmp" / uuid.uuid4().hex
        temporary.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as out:
                if isinstance(put.content, bytes):
                    out.write(put.content)
                else:
                    with put.content.open("rb") as source:
                        shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                if durable:
                    os.fsync(out.fileno())
            size = len(put.content) if isinstance(put.content, bytes) else put.content.stat().st_size
            if temporary.stat().st_size != size:
                raise ObjectDamagedError(key=put.key)
            self._remember(put, _etag(temporary.stat()))
            try:
                temporary.replace(path)
            except FileNotFoundError:  # a delete pruned the folder in between
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if durable:
            _sync_folder(path.parent)
        return self._info(put.key, path.stat(), full=True)

    def _remember(self, put: Put, etag: str) -> None:
        """Keep what the key does not imply; written before the object, and valid only for the object with that ETag."""
        content: dict[str, object] = {
            "content_type": put.content_type or keys.content_type(put.key),
            "cache_control": put.cache_control or keys.cache_control(put.key),
            "content_encoding": put.content_encoding,
            "metadata": dict(put.metadata),
        }
        file = self._meta(put.key)
        implied: dict[str, object] = {
            "content_type": keys.content_type(put.key),
            "cache_control": keys.cache_control(put.key),
            "content_encoding": None,
            "metadata": {},
        }
        if content == implied:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.root / _PRIVATE / "tmp" / uuid.uuid4().hex
        temporary.write_text(json.dumps(content | {"etag": etag}, ensure_ascii=False), "utf-8")
        temporary.replace(file)

    def _info(self, key: str, stat: os.stat_result, *, full: bool) -> ObjectInfo:
        etag = _etag(stat)
        modified = dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC)
        if not full:
            return ObjectInfo(key, stat.st_size, etag, modified)
        said: dict[str, Any] = {"content_type": keys.content_type(key), "cache_control": keys.cache_control(key)}
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, ValueError):
            kept = json.loads(self._meta(key).read_text("utf-8"))
            if kept.pop("etag") == etag:
                said = kept
        return ObjectInfo(key, stat.st_size, etag, modified, **said)

    def _etag(self, path: Path) -> str | None:
        try:
            return _etag(path.stat())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _walk(self, folder: Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
        for name, entry in self._entries(folder):
            if entry.is_dir():
                yield from self._walk(Path(entry.path), prefix + name)
            else:
                with contextlib.suppress(FileNotFoundError):
                    yield prefix + name, entry.stat()

    def _entries(self, folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
        """Return a folder's entries in the order that their keys have: a folder's name counts with its slash."""
        try:
            with os.scandir(folder) as entries:
                found = [(e.name + "/" if e.is_dir() else e.name, e) for e in entries]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted((f for f in found if not (folder == self.root and f[0].startswith(_PRIVATE))), key=lambda f: f[0])

    def _prune(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            while folder not in {self.root, self.root.parent}:
                folder.rmdir()
                folder = folder.parent

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        file = self.root / _PRIVATE / "lock"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def _translated(self, key: str = "") -> Iterator[None]:
        """Turn the operating system's errors into ours."""
        try:
            yield
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            if key:
                raise ObjectMissingError(key=key) from error
            raise StoreFailedError(store=self.name, reason=error.strerror or str(error)) from error
        except OSError as error:
            raise _store_error(self.name, error) from error


def _store_error(store: str, error: OSError) -> IspaceError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreFullError(store=store)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreReadOnlyError(store=store)
    return StoreFailedError(store=store, reason=error.strerror or str(error))


def _etag(stat: os.stat_result) -> str:
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"'


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
