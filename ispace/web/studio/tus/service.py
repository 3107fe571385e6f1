"""The routes of resumable uploads; what touches the disk, the store or the database runs in threads."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ispace.errors import IspaceError, UnavailableError, UploadBusyError, UploadHeaderError, UploadQuestionError
from ispace.settings import Settings
from ispace.uploads import naming, upload as uploads
from ispace.uploads.fingerprint import is_fingerprint, is_sha256
from ispace.uploads.reception import Reception
from ispace.uploads.rules import Known, Question
from ispace.uploads.store import UploadStore
from ispace.uploads.upload import Owner, Upload
from ispace.web.studio.tus import answers, headers
from ispace.web.studio.tus.body import Body
from ispace.web.studio.tus.turns import Turns
from ispace.web.studio.visit import language_of

_LOG = logging.getLogger(__name__)
R = TypeVar("R")

_THREADS = 8
_QUESTION_BYTES = 256 * 1024
_QUESTION_FILES = 1000
_SILENT_S = 2.0
"""A request that has sent nothing for so long gives way to another one for the same upload."""
_GIVING_WAY_S = 5.0
_SWEEP_S = 600.0


@dataclasses.dataclass(frozen=True)
class TusOptions:
    """What an operator chooses of the service."""

    largest_bytes: int
    idle_s: float = 30
    min_bytes_per_s: float = 500
    at_once: int = 40
    base: str = "/uploads/"
    """What new uploads' addresses begin with: a path, or a whole address; never what a request calls its host."""

    @classmethod
    def of(cls, settings: Settings, base: str = "/uploads/") -> TusOptions:
        """Return what the settings say."""
        return cls(
            settings.upload_max_bytes,
            settings.upload_idle_seconds,
            settings.upload_min_bytes_per_second,
            settings.upload_at_once,
            base,
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")
    size_bytes: int = Field(ge=0, le=1 << 53)
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    fingerprint: str = Field(default="", pattern=r"^([0-9]{1,16}-[0-9a-f]{64})?$")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="ignore")
    tour: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")
    files: list[_File] = Field(max_length=_QUESTION_FILES)


class Tus:
    """The service; ``routes`` are mounted at ``/uploads``, and ``sweeping`` runs beside the server."""

    def __init__(
        self,
        store: UploadStore,
        authorize: Callable[[Request], Owner],
        options: TusOptions,
        language_of: Callable[[Request], str] = language_of,
    ) -> None:
        """Serve ``store``; ``authorize`` runs in a thread and raises an error of ours for who may do nothing here."""
        self.store, self._authorize, self._options, self._language_of = store, authorize, options, language_of
        self._turns = Turns(options.at_once, options.idle_s)
        self._threads: dict[str, anyio.CapacityLimiter] = {}
        self._bodies: dict[str, Body] = {}

    def routes(self) -> list[Route]:
        """Return the routes below ``/uploads``."""
        return [
            Route("/known", self._safely(self._known), methods=["POST"]),
            Route("/{id}", self._safely(self._one), methods=["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"]),
            Route("/", self._safely(self._all), methods=["POST", "OPTIONS"]),
        ]

    async def sweeping(self) -> None:
        """Sweep now and every ten minutes until cancelled."""
        while True:
            try:
                await self._run_writing(self.store.sweep)
            except (IspaceError, OSError):
                _LOG.exception("sweeping uploads")
            await anyio.sleep(_SWEEP_S)

    # Requests.

    async def _all(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return answers.options(self._options.largest_bytes)
        headers.require_version(request.headers)
        return await self._create(request)

    async def _one(self, request: Request) -> Response:
        method = request.method
        if method == "OPTIONS":
            return answers.options(self._options.largest_bytes)
        headers.require_version(request.headers)
        if method == "POST":
            method = request.headers.get("x-http-method-override", "").upper()
        work = {"HEAD": self._head, "PATCH": self._patch, "DELETE": self._delete}.get(method)
        if work is None:
            return Response(None, 405, {**answers.protocol(), "Allow": "HEAD, PATCH, DELETE, OPTIONS"})
        owner = await self._owner(request)
        upload = await self._run(self.store.find, request.path_params["id"], owner.id)
        return await work(request, upload)

    async def _create(self, request: Request) -> Response:
        owner = await self._owner(request)
        wanted, known_by = _wanted(request, owner)
        with_bytes = headers.is_chunk(request.headers)
        upload = await self._run(self.store.create, wanted, known_by)
        extra = {"Location": self._options.base + upload.id}
        if not with_bytes:
            return await self._told(upload, 0, 201, extra)
        try:
            upload, offset = await self._receive(request, upload, 0)
        except (UnavailableError, OSError) as error:
            # What came is kept: the client learns where the upload is, and goes on or hears of it again there.
            _LOG.warning("%s %r: %s", request.method, request.url.path, error)
            offset = await self._run(self.store.offset_bytes, upload)
        return await self._told(upload, offset, 201, extra)

    async def _head(self, _request: Request, upload: Upload) -> Response:
        upload, offset = await self._run_writing(self.store.look, upload)
        length = upload.length_bytes
        said = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        if upload.metadata:
            said["Upload-Metadata"] = upload.metadata
        return await self._told(upload, offset, 200, said)

    async def _patch(self, request: Request, upload: Upload) -> Response:
        if not headers.is_chunk(request.headers):
            raise UploadHeaderError(header="Content-Type")
        await self._run(self.store.rules.check, upload.owner, upload.tour_id)
        offset = headers.number(request.headers, "Upload-Offset")
        if offset is None:
            raise UploadHeaderError(header="Upload-Offset")
        upload, offset = await self._receive(request, upload, offset)
        return await self._told(upload, offset, 204, {})

    async def _delete(self, _request: Request, upload: Upload) -> Response:
        await self._giving_way(upload, functools.partial(self.store.terminate, upload))
        return Response(None, 204, answers.protocol())

    async def _known(self, request: Request) -> Response:
        owner = await self._owner(request)
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > _QUESTION_BYTES:
                raise UploadQuestionError(reason=f"> {_QUESTION_BYTES} bytes")
        try:
            asked = _Asked.model_validate_json(bytes(content))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise UploadQuestionError(reason=f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from error
        wanted = [Question(file.size_bytes, file.sha256, file.fingerprint) for file in asked.files]
        found = await self._run(self.store.rules.known, owner, asked.tour, wanted)
        return JSONResponse({"files": [_verdict(known) for known in found]}, headers=answers.protocol())

    async def _owner(self, request: Request) -> Owner:
        owner = await self._run(self._authorize, request)
        request.state.owner = owner
        return owner

    # How bytes are received.

    async def _receive(self, request: Request, upload: Upload, offset: int) -> tuple[Upload, int]:
        """Write a request's body to an upload; return its state and its offset."""
        begin = functools.partial(
            Reception,
            self.store,
            upload,
            offset,
            expected_bytes=headers.number(request.headers, "Content-Length"),
            length_bytes=headers.number(request.headers, "Upload-Length"),
            checksum=headers.checksum(headers.only(request.headers, "Upload-Checksum")),
        )
        body: Body = request.state.body
        async with self._turns.of(upload.owner.id):
            with anyio.CancelScope(shield=True):  # what is cancelled here would keep the lock for ever
                reception = await self._giving_way(upload, begin)
            self._bodies[upload.id] = body
            try:
                upload = await self._received(reception, body)
            finally:
                self._bodies.pop(upload.id, None)
            return upload, reception.offset_bytes

    async def _received(self, reception: Reception, body: Body) -> Upload:
        """Write what comes, and end the reception whatever happens; return the state of its upload."""
        try:
            async with contextlib.aclosing(body.pieces()) as pieces:
                async for piece in pieces:
                    await self._run_writing(reception.write, piece)
        except BaseException:
            await self._ended(reception, is_whole=False)
            raise
        return await self._ended(reception, is_whole=body.is_whole)

    async def _ended(self, reception: Reception, *, is_whole: bool) -> Upload:
        """End a reception, also when this very request is being cancelled: its lock would stay for ever."""
        with anyio.CancelScope(shield=True):
            upload = await self._run_writing(functools.partial(reception.end, is_whole=is_whole))
        return upload  # noqa: RET504 - mypy knows that the scope may swallow its own cancellation

    async def _giving_way(self, upload: Upload, work: Callable[[], R]) -> R:
        """Do what needs an upload's lock; who holds it here is waited for if it ends, and ended if it is silent."""
        until = time.monotonic() + _GIVING_WAY_S
        while True:
            try:
                return await self._run(work)
            except UploadBusyError:
                body = self._bodies.get(upload.id)
                is_ending = body is not None and (body.is_over or body.silent_s >= _SILENT_S)
                if body is None or not is_ending or time.monotonic() > until:
                    raise
                body.oust()
            await anyio.sleep(0.05)

    async def _told(self, upload: Upload, offset: int, status: int, extra: dict[str, str]) -> Response:
        said = {**answers.protocol(), "Upload-Offset": str(offset), **extra}
        if not upload.is_done:
            said["Upload-Expires"] = headers.date(await self._run(self.store.expires_at, upload))
        return Response(None, status, said)

    async def _run(self, work: Callable[..., R], *given: Any) -> R:
        return await self._in_thread("asking", work, *given)

    async def _run_writing(self, work: Callable[..., R], *given: Any) -> R:
        """Run what may take long, in threads of its own: a slow bucket shall not keep questions from being answered."""
        return await self._in_thread("writing", work, *given)

    async def _in_thread(self, kind: str, work: Callable[..., R], *given: Any) -> R:
        if kind not in self._threads:
            self._threads[kind] = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(functools.partial(work, *given), limiter=self._threads[kind])

    def _safely(self, work: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that says what went wrong, once the client has stopped talking."""

        async def endpoint(request: Request) -> Response:
            body = Body(request, self._options.idle_s, self._options.min_bytes_per_s)
            request.state.body = body
            try:
                return await work(request)
            except ClientDisconnect:
                return Response(None, 400, answers.protocol())
            except (IspaceError, OSError) as error:
                # A path may hold line breaks, which shall not make lines of their own in the log.
                _LOG.warning("%s %r: %s", request.method, request.url.path, error)
                told = answers.shown(error) if hasattr(request.state, "owner") else error
                if not isinstance(told, IspaceError):
                    raise
                if "expect" not in request.headers:
                    await body.drain()
                return answers.problem(told, self._language_of(request))

        return endpoint


def _wanted(request: Request, owner: Owner) -> tuple[Upload, Question | None]:
    """Return the upload that a client asks for, and by what it should be refused if the tour has it."""
    text = headers.only(request.headers, "Upload-Metadata")
    said = headers.metadata(text)
    name = naming.file_name(said.get("filename") or said.get("name", ""))
    sha256, fingerprint = said.get("sha256", ""), said.get("fingerprint", "")
    wrong = not name or not said.get("tour") or len(said["tour"]) > 80
    wrong = wrong or not re.fullmatch(r"[a-z0-9-]{0,80}", said.get("scene", ""))
    if wrong or (sha256 and not is_sha256(sha256)) or (fingerprint and not is_fingerprint(fingerprint)):
        raise UploadHeaderError(header="Upload-Metadata")
    length = headers.length(request.headers)
    upload = Upload(
        id=uploads.new_id(),
        owner=owner,
        tour_id=said["tour"],
        name=name,
        folder=naming.folder_of(said.get("relativePath") or said.get("path", "")),
        length_bytes=length,
        max_bytes=0,
        created_at=dt.datetime.now(dt.UTC),
        modified_at=_moment(said.get("lastModified", "")),
        metadata=text or "",
        scene_id=said.get("scene", ""),
    )
    is_asked = length is not None and (sha256 or fingerprint) and said.get("again") != "1"
    return upload, Question(length or 0, sha256, fingerprint) if is_asked else None


def _verdict(known: Known | None) -> dict[str, str]:
    """Return what is told of one file that was asked for."""
    if known is None:
        return {"state": "new", "name": ""}
    return {
        "state": "known" if known.is_sure else "same-size",
        "name": known.name,
        "owner": known.owner_name,
        "since": known.received_at.isoformat(timespec="seconds"),
        "upload": known.upload_id,
    }


def _moment(text: str) -> dt.datetime | None:
    """Return a browser's ``lastModified``, in milliseconds since 1970; ``None`` for what cannot be."""
    if not text.isascii() or not text.isdecimal() or len(text) > 14:
        return None
    return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
