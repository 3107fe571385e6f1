"""Where ``ispace serve`` listens: loopback on IPv6 and IPv4, or what the settings say."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from ispace import assets, wiring
from ispace.adapters.folder import FolderBlobs
from ispace.errors import PortForbiddenError, PortTakenError, ServeNotFolderError, SettingInvalidError
from ispace.page import frame
from ispace.pipeline import render
from ispace.settings import Settings
from ispace.web import public

_ATTEMPTS = 20
_LOOPBACK = ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))


def application(settings: Settings, url: str) -> Starlette:
    """Return the ASGI application that serves the store ``url``; raises ``ServeNotFolderError`` for other stores."""
    store = wiring.blobs(url, settings)
    if not isinstance(store, FolderBlobs):
        raise ServeNotFolderError(store=store.name)
    front = assets.load()
    site = render.Site(
        name={"vi": settings.site_name_vi, "en": settings.site_name_en}, public_url=settings.public_url or None
    )
    return public.app(
        store,
        lambda kind: render.notice(kind, root="/", assets=front, site=site),
        frame.policy(settings.map_tiles),
    )


def run(settings: Settings, url: str, told: Callable[[str], None]) -> None:
    """Serve the store ``url`` until SIGINT or SIGTERM; ``told`` hears every address.

    Raises:
        PortForbiddenError: the system does not let this user have the port.
        PortTakenError: another program has the port.
        SettingInvalidError: the host cannot be listened on.
        ServeNotFolderError: the store is no folder.
    """
    app = application(settings, url)
    sockets = listen(settings.host, settings.port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3))

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn ends cleanly on a signal and then sends it to itself again, for whoever embeds it: that is us.
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for address in addresses(sockets):
            told(address)
        server.run(sockets=sockets)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for listening in sockets:
            listening.close()


def addresses(sockets: list[socket.socket]) -> list[str]:
    """Return where a browser finds what listens on ``sockets``, ``localhost`` first where both loopbacks do."""
    names = []
    for listening in sockets:
        host, port = listening.getsockname()[:2]
        names.append(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
    if len(names) > 1:
        names.insert(0, f"http://localhost:{sockets[0].getsockname()[1]}/")
    return names


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets bound to ``port`` on ``host``, or on both loopbacks where ``host`` is empty.

    Port 0 is one that is free on all of them.
    """
    for _ in range(_ATTEMPTS if port == 0 else 0):
        try:
            return _listen(host, port)
        except PortTakenError:  # free on the first, taken on the second
            continue
    return _listen(host, port)


def _listen(host: str, port: int) -> list[socket.socket]:
    places = _LOOPBACK if not host else tuple(_resolved(host))
    sockets: list[socket.socket] = []
    try:
        for family, address in places:
            bound = _bound(family, address, port or (sockets[0].getsockname()[1] if sockets else 0), port)
            if bound is not None:
                sockets.append(bound)
    except BaseException:
        for bound in sockets:
            bound.close()
        raise
    if not sockets:
        raise SettingInvalidError(name="ISPACE_HOST", value=host, reason="no address")
    return sockets


def _bound(family: socket.AddressFamily, address: str, port: int, wanted: int) -> socket.socket | None:
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
            raise PortForbiddenError(port=str(wanted or port)) from error
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(port=str(wanted or port), other=str((wanted or port) + 1)) from error
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
