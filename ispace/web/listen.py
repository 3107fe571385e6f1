"""Where ``ispace serve`` listens: loopback on IPv6 and IPv4, or what the settings say."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from ispace import assets, wiring
from ispace.adapters.folder import FolderBlobs
from ispace.errors import PortForbiddenError, PortTakenError, ServeNotFolderError, SettingInvalidError
from ispace.page import frame
from ispace.pipeline import render
from ispace.settings import Settings
from ispace.web import previews, public

_ATTEMPTS = 20
_HEADERS_BYTES = 32 << 10
"""What the headers of a request may weigh in all."""
_LOOPBACK = ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))


def can_serve(settings: Settings, url: str) -> bool:
    """Say whether the store ``url`` is one that ``application`` can serve; raises as ``wiring.blobs``."""
    return isinstance(wiring.blobs(url, settings), FolderBlobs)


def application(settings: Settings, url: str) -> Starlette:
    """Return the ASGI application that serves the store ``url``; raises ``ServeNotFolderError`` for other stores."""
    store = wiring.blobs(url, settings)
    if not isinstance(store, FolderBlobs):
        raise ServeNotFolderError(store=store.name)
    front = assets.load()
    site = render.Site(
        name={"vi": settings.site_name_vi, "en": settings.site_name_en}, public_url=settings.public_url or None
    )
    policy = frame.policy(settings.map_tiles)
    return public.app(
        store, lambda kind: render.notice(kind, root="/", assets=front, site=site), policy, [_previews(settings)]
    )


def previews_alone(settings: Settings) -> Starlette:
    """Return the application that serves previews where the public store is a bucket, which is read at its address."""
    return Starlette(routes=[_previews(settings)])


def _previews(settings: Settings) -> Route:
    front = assets.load()
    site = render.Site(name={"vi": settings.site_name_vi, "en": settings.site_name_en}, public_url=None)
    gone = render.notice("not-found", root="/", assets=front, site=site)
    return previews.route(wiring.services(settings).private, frame.policy(settings.map_tiles), gone)


@dataclasses.dataclass(frozen=True)
class Hosted:
    """An application and the port that it listens on; ``name`` says which it is, ``variable`` what chooses its port."""

    name: Literal["public", "studio"]
    app: ASGIApp
    port: int
    variable: str


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def run(
    settings: Settings, hosted: Sequence[Hosted], told: Callable[[Hosted, str], None], ready: Callable[[], None]
) -> None:
    """Serve applications until SIGINT or SIGTERM; ``told`` hears every address, then ``ready`` is called.

    Raises:
        PortForbiddenError: the system does not let this user have a port.
        PortTakenError: another program has a port.
        SettingInvalidError: the host cannot be listened on.
    """
    bound: list[tuple[Hosted, list[socket.socket]]] = []
    servers: list[_Server] = []

    def stop(*_: object) -> None:
        for server in servers:
            # Whoever asks twice does not want to wait for the last answers.
            server.force_exit = server.should_exit
            server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for each in hosted:
            bound.append((each, listen(settings.host, each.port, each.variable)))
        for each, sockets in bound:
            for address in addresses(sockets):
                told(each, address)
            servers.append(_Server(_config(each.app, settings)))
        ready()
        asyncio.run(_all(servers, [sockets for _, sockets in bound]))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for _, sockets in bound:
            for listening in sockets:
                listening.close()


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=20,
        forwarded_allow_ips=settings.proxies,
        h11_max_incomplete_event_size=_HEADERS_BYTES,
    )


async def _all(servers: Sequence[_Server], sockets: Sequence[list[socket.socket]]) -> None:
    await asyncio.gather(*(server.serve(sockets=each) for server, each in zip(servers, sockets, strict=True)))


def addresses(sockets: list[socket.socket]) -> list[str]:
    """Return where a browser finds what listens on ``sockets``, ``localhost`` first where both loopbacks do."""
    names = []
    for listening in sockets:
        host, port = listening.getsockname()[:2]
        names.append(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
    if len(names) > 1:
        names.insert(0, f"http://localhost:{sockets[0].getsockname()[1]}/")
    return names


def listen(host: str, port: int, variable: str = "ISPACE_PORT") -> list[socket.socket]:
    """Return sockets bound to ``port`` on ``host``, or on both loopbacks where ``host`` is empty.

    Port 0 is one that is free on all of them; ``variable`` is what an error tells to set.
    """
    for _ in range(_ATTEMPTS if port == 0 else 0):
        try:
            return _listen(host, port, variable)
        except PortTakenError:  # free on the first, taken on the second
            continue
    return _listen(host, port, variable)


def _listen(host: str, port: int, variable: str) -> list[socket.socket]:
    places = _LOOPBACK if not host else tuple(_resolved(host))
    sockets: list[socket.socket] = []
    try:
        for family, address in places:
            bound = _bound(family, address, port or (sockets[0].getsockname()[1] if sockets else 0), port, variable)
            if bound is not None:
                sockets.append(bound)
    except BaseException:
        for bound in sockets:
            bound.close()
        raise
    if not sockets:
        raise SettingInvalidError(name="ISPACE_HOST", value=host, reason="no address")
    return sockets


def _bound(family: socket.AddressFamily, address: str, port: int, wanted: int, variable: str) -> socket.socket | None:
    """Return a bound socket; ``None`` where this machine has no such kind of address."""
    try:
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if address != "::" else 0)
        bound.bind((address, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise PortForbiddenError(port=str(wanted or port), variable=variable) from error
        if error.errno == errno.EADDRINUSE:
            other = str((wanted or port) + 1)
            raise PortTakenError(port=str(wanted or port), other=other, variable=variable) from error
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return None
        raise
    return bound


def _resolved(host: str) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SettingInvalidError(name="ISPACE_HOST", value=host, reason=error.strerror or str(error)) from error
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))
