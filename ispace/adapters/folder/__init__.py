"""A store in a folder, laid out so that any web server can serve it as it is.

Writes go to ``.ispace/tmp`` and are renamed into place, so a reader never meets half a file. What a file system
cannot say about a file (headers that differ from those its key implies, metadata) lies in ``.ispace/meta``, under a
name made of key and ETag, so that it belongs to exactly one state of the object. Conditional writes hold a lock of the
operating system, which dies with its owner. Below the folder nothing is reached through a symbolic link: what lies
elsewhere can neither be served nor overwritten by accident.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat as kinds
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from ispace import keys
from ispace.adapters.folder import system
from ispace.compression import decoded
from ispace.errors import (
    KeyInvalidError,
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    StoreFailedError,
)
from ispace.ports import ObjectInfo, Put

_PRIVATE = ".ispace"
_FEW = 200
"""Up to so many files are brought to the disk one by one."""
_ATTEMPTS = 20
"""How often a thing is done again that somebody else undid at the same time."""


class FolderBlobs:
    """Implements ``ports.Blobs`` below one folder."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made at the first write."""
        self.root = root.absolute()
        self.name = f"file:{root}"
        self.at_once = 4
        self._unsynced: list[Path] = []

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

    def adopt(self, key: str, file: Path) -> bool:
        """Make a file that is on the disk already an object by renaming it; ``False`` where it lies on another disk."""
        path = self._path(key)
        with self._translated():
            try:
                made = self._rename(file, path)
            except OSError as error:
                if error.errno == errno.EXDEV:
                    return False
                raise
            for folder in (path.parent, *made):
                system.sync_folder(folder)
        return True

    def put_many(self, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
        """Write objects one after the other (a disk gains nothing from more); ``flush`` makes them durable."""
        for put in puts:
            if put.if_absent or put.if_match:
                raise ValueError("put_many takes no conditions")
            path = self._path(put.key)
            with self._translated():
                info = self._write(put, path, durable=False)
            yield info

    def get(self, key: str) -> bytes:
        """Return an object's content as a browser sees it."""
        content, info = self.read(key)
        return decoded(key, content, info.content_encoding)

    def get_part(self, key: str, part: range) -> bytes:
        """Return some of an object's bytes as it is stored."""
        file, _ = self.open(key)
        with file, self._translated(key):
            file.seek(part.start)
            return file.read(len(part))

    def read(self, key: str) -> tuple[bytes, ObjectInfo]:
        """Return an object as it is stored and what is known of it, both of the same moment."""
        file, info = self.open(key)
        with file, self._translated(key):
            return file.read(), info

    def open(self, key: str) -> tuple[IO[bytes], ObjectInfo]:
        """Return an object as it is stored, open for reading, and what is known of it, both of the same moment."""
        path = self._path(key)
        with self._translated(key):
            for attempt in range(_ATTEMPTS):
                file = self._open(path)
                try:
                    info = self._info(key, os.fstat(file.fileno()), full=True)
                    # What is known of an object goes when it is replaced: it may have gone between the two looks.
                    current = self._etag(path) == info.etag
                except BaseException:
                    file.close()
                    raise
                if current or attempt == _ATTEMPTS - 1:
                    break
                file.close()
            return file, info

    def fetch(self, key: str, to: Path) -> ObjectInfo:
        """Copy an object to the file ``to`` as it is stored."""
        source, info = self.open(key)
        with source:
            try:
                with to.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            except OSError as error:
                raise system.store_error(str(to.parent), error) from error
        return info

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object."""
        path = self._path(key)
        with self._translated():
            stat = self._stat(path)
            return self._info(key, stat, full=True) if stat else None

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys, one folder in memory at a time."""
        folder, slash, _ = prefix.rpartition("/")
        top = self._path(folder) if slash else self.root
        if folder and not self._is_folder(top):
            return
        with self._translated():
            for key, stat in self._walk(top, f"{folder}/" if folder else "", prefix):
                yield self._info(key, stat, full=False)

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the folders below ``prefix`` that hold at least one object."""
        top = self._path(prefix.removesuffix("/")) if prefix else self.root
        if prefix and not self._is_folder(top):
            return
        with self._translated():
            for name, entry in self._entries(top):
                if name.endswith("/") and next(self._walk(Path(entry.path), f"{prefix}{name}"), None) is not None:
                    yield entry.name

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects and the folders that this leaves empty."""
        for key in keys:
            path = self._path(key)
            with self._translated():
                stat = self._stat(path)
                if stat is None:
                    continue
                try:
                    path.unlink()
                except (FileNotFoundError, NotADirectoryError):
                    continue
                self._meta(key, system.etag_of(stat)).unlink(missing_ok=True)
                self._prune(path.parent)

    def flush(self) -> None:
        """Bring everything written so far to the disk."""
        files, self._unsynced = self._unsynced, []
        if len(files) > _FEW:
            os.sync()  # in one go; it waits for whatever else this machine is writing, too
            return
        with self._translated():
            system.sync_files(files, self.root)

    def tidy(self, before: dt.datetime) -> int:
        """Remove what writes that were killed before then left behind; return how many files there were."""
        count = 0
        with self._translated():
            for file in sorted((self.root / _PRIVATE / "tmp").glob("*")):
                count += system.remove_older(file, before)
            for file in sorted((self.root / _PRIVATE / "meta").glob("*/*.json")):
                with contextlib.suppress(FileNotFoundError):
                    try:
                        said = json.loads(file.read_bytes())
                        belongs = self._etag(self._path(said["key"])) == said["etag"]
                    except (ValueError, KeyError, TypeError, KeyInvalidError):
                        belongs = False
                    if not belongs:
                        count += system.remove_older(file, before)
        return count

    def file(self, key: str) -> Path | None:
        """Return the file that holds an object, for serving it; ``None`` where there is none."""
        try:
            path = self._path(key)
        except KeyInvalidError:
            return None
        with self._translated():
            return path if self._stat(path) else None

    def _path(self, key: str) -> Path:
        return self.root / keys.checked(key)

    def _meta(self, key: str, etag: str) -> Path:
        name = hashlib.sha256(f"{key}\0{etag}".encode()).hexdigest()
        return self.root / _PRIVATE / "meta" / name[:2] / f"{name[2:40]}.json"

    def _is_inside(self, folder: Path) -> bool:
        """Say whether no part of the way from the root to ``folder`` is a symbolic link."""
        way = folder.relative_to(self.root)
        return os.path.realpath(folder) == str(Path(os.path.realpath(self.root)) / way)

    def _is_folder(self, path: Path) -> bool:
        return path.is_dir() and self._is_inside(path)

    def _stat(self, path: Path) -> os.stat_result | None:
        """Return what the system says of an object's file; ``None`` for folders, links and whatever else is none."""
        try:
            stat = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return stat if kinds.S_ISREG(stat.st_mode) and self._is_inside(path.parent) else None

    def _open(self, path: Path) -> IO[bytes]:
        """Open an object's file; anything that is none (a pipe would block for ever) is not found."""
        if not self._is_inside(path.parent):
            raise FileNotFoundError(path)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO}:  # a symbolic link, a socket
                raise FileNotFoundError(path) from error
            raise
        if not kinds.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise FileNotFoundError(path)
        return os.fdopen(handle, "rb")

    def _write(self, put: Put, path: Path, *, durable: bool) -> ObjectInfo:
        temporary = self.root / _PRIVATE / "tmp" / uuid.uuid4().hex
        temporary.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as out:
                size, crc = system.copy(put.content, out)
                out.flush()
                # The system's own times are some milliseconds coarse; two objects of one tick must not look the same.
                now = time.time_ns()
                os.utime(out.fileno(), ns=(now, now))
                if durable:
                    os.fsync(out.fileno())
            # Read back once: what a full or failing disk made of it is noticed before anybody else reads it.
            if temporary.stat().st_size != size or system.crc_of(temporary) != crc:
                raise ObjectDamagedError(key=put.key)
            self._remember(put, system.etag_of(temporary.stat()))
            before = self._etag(path)
            stat = temporary.stat()
            made = self._rename(temporary, path)
            if before:
                self._meta(put.key, before).unlink(missing_ok=True)
        finally:
            temporary.unlink(missing_ok=True)
        if not durable:
            self._unsynced += [path] if len(self._unsynced) <= _FEW else []
        else:
            for folder in (path.parent, *made):
                system.sync_folder(folder)
        return self._info(put.key, stat, full=True)

    def _rename(self, temporary: Path, path: Path) -> list[Path]:
        """Move a finished file to its place; return the folders that now hold a new folder."""
        for attempt in range(_ATTEMPTS):
            made = [folder.parent for folder in path.parents if folder != self.root and not folder.exists()]
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if not self._is_inside(path.parent):
                    raise StoreFailedError(store=self.name, reason=f"{path.parent}: symbolic link")
                temporary.replace(path)
            except (FileNotFoundError, FileExistsError):  # a delete found the folder empty in between
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return [folder for folder in made if folder.is_relative_to(self.root)]
        return []

    def _remember(self, put: Put, etag: str) -> None:
        """Keep what the key does not imply; written before the object, and valid only for the object with that ETag."""
        implied: dict[str, object] = {
            "content_type": keys.content_type(put.key),
            "cache_control": keys.cache_control(put.key),
            "content_encoding": None,
            "metadata": {},
        }
        content: dict[str, object] = {
            "content_type": put.content_type or implied["content_type"],
            "cache_control": put.cache_control or implied["cache_control"],
            "content_encoding": put.content_encoding,
            "metadata": dict(put.metadata),
        }
        if content == implied:
            return
        file = self._meta(put.key, etag)
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.root / _PRIVATE / "tmp" / uuid.uuid4().hex
        temporary.write_text(json.dumps(content | {"key": put.key, "etag": etag}, ensure_ascii=False), "utf-8")
        temporary.replace(file)

    def _info(self, key: str, stat: os.stat_result, *, full: bool) -> ObjectInfo:
        etag = system.etag_of(stat)
        modified = dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC)
        if not full:
            return ObjectInfo(key, stat.st_size, etag, modified)
        said: dict[str, Any] = {"content_type": keys.content_type(key), "cache_control": keys.cache_control(key)}
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, ValueError, KeyError):
            kept = json.loads(self._meta(key, etag).read_text("utf-8"))
            said = {name: kept[name] for name in ("content_type", "cache_control", "content_encoding", "metadata")}
        return ObjectInfo(key, stat.st_size, etag, modified, **said)

    def _etag(self, path: Path) -> str | None:
        stat = self._stat(path)
        return system.etag_of(stat) if stat else None

    def _walk(self, folder: Path, below: str, prefix: str = "") -> Iterator[tuple[str, os.stat_result]]:
        for name, entry in self._entries(folder):
            key = below + name
            if not (key.startswith(prefix) or prefix.startswith(key)):
                continue
            if name.endswith("/"):
                yield from self._walk(Path(entry.path), key, prefix)
            elif key.startswith(prefix) and keys.is_key(key):
                with contextlib.suppress(FileNotFoundError):
                    yield key, entry.stat(follow_symlinks=False)

    def _entries(self, folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
        """Return a folder's files and folders in the order that their keys have: a folder's name counts with its slash.

        Links, pipes and the like are no objects.
        """
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if folder == self.root and entry.name.startswith(_PRIVATE):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        found.append((entry.name + "/", entry))
                    elif entry.is_file(follow_symlinks=False):
                        found.append((entry.name, entry))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(found, key=lambda f: f[0])

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
            raise system.store_error(self.name, error) from error
