"""The server while it runs: where it listens, for whom, how it ends, and whether it answers at all (``--check``)."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection

import uvicorn

from foundation.errors import RunFailedError, UserError
from foundation.language.text import in_language
from web.explorer import Explorer
from web.guard import LOOPBACK, Guard
from web.server import application

PATIENCE = 60.0
"""Seconds in which a server that is checked has to answer."""
GRACE = 0
"""Seconds that open connections get when it ends."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it listens, and with which token."""

    host: str
    port: int
    token: str | None

    @property
    def address(self) -> str:
        """What to open, token included."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        shown = socket.gethostname() if self.host in ("0.0.0.0", "::") else name
        return f"http://{shown}:{self.port}/" + (f"?token={self.token}" if self.token else "")


def placed(host: str | None, port: int, token: str | None) -> tuple[Place, socket.socket]:
    """Where to listen, bound already. Beyond this machine a token is needed, which is made where none is given.

    Raises:
        UserError: the place can't be had, or the token is too short.
    """
    here = host or LOOPBACK[0]
    if token is not None and len(token) < 16:
        raise UserError("--token: too short; needed 16 characters or more")
    if token is None and here not in LOOPBACK:
        token = secrets.token_urlsafe(24)
    family = socket.AF_INET6 if ":" in here else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((here, port))
    except (OSError, OverflowError) as error:
        bound.close()
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"--host {here} --port {port}: can't listen there ({why}); another --port may be free"
        ) from None
    return Place(host=here, port=bound.getsockname()[1], token=token), bound


def serve(explorer: Explorer, place: Place, bound: socket.socket, *, ready: Callable[[], None]) -> None:
    """Runs until Ctrl-C; ``ready`` is called once it answers."""
    server = _server(explorer, place)
    asyncio.run(_running(server, bound, ready))


def checked(explorer: Explorer, place: Place, bound: socket.socket, lang: str) -> None:
    """Starts, asks for one answer as a page does, and stops.

    Raises:
        RunFailedError: it didn't answer, with what it said.
    """
    server, found = _server(explorer, place), list[str]()

    def ask() -> None:
        try:
            found.append(_asked(place, lang))
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
        server.should_exit = True

    thread = threading.Thread(target=ask, daemon=True)
    asyncio.run(_running(server, bound, thread.start))
    if not found or found[0]:
        raise RunFailedError(f"mes web did not answer: {found[0] if found else 'stopped before'}")


def _server(explorer: Explorer, place: Place) -> uvicorn.Server:
    hosts = (*LOOPBACK, place.host) if place.host in LOOPBACK else None
    app = Guard(application(explorer), token=place.token, hosts=hosts)
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="on", server_header=False, date_header=False,
        timeout_graceful_shutdown=GRACE, ws="none", h11_max_incomplete_event_size=64 * 1024, limit_concurrency=200,
    )  # fmt: skip
    return uvicorn.Server(config)


async def _running(server: uvicorn.Server, bound: socket.socket, ready: Callable[[], None]) -> None:
    async def told() -> None:
        while not server.started:
            await asyncio.sleep(0.02)
        ready()

    telling = asyncio.create_task(told())
    try:
        await server.serve(sockets=[bound])
    finally:
        telling.cancel()


def _asked(place: Place, lang: str) -> str:
    """What is wrong with the answer to one question; "" if nothing."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.host, place.host)
    connection = HTTPConnection(host, place.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", "Host": f"127.0.0.1:{place.port}"}
    if place.token:
        headers["X-Mes-Token"] = place.token
    connection.request("GET", f"/?lang={lang}", headers=headers)
    page = connection.getresponse()
    if page.status != 200 or b"<html" not in page.read():
        return f"/ = {page.status}"
    body = json.dumps({"client": "mes-web-check", "strategies": []})
    connection.request("POST", f"/api/answers?lang={lang}", body, headers)
    answer = connection.getresponse()
    for line in answer:
        event = json.loads(line)
        if event["event"] == "answer":
            return ""
        if event["event"] == "error":
            return str(event["error"]["message"])
    return in_language(f"/api/answers = {answer.status}", lang)


def open_browser(place: Place) -> None:
    """Shows the page, where there is a browser."""
    threading.Thread(target=webbrowser.open, args=(place.address,), daemon=True).start()
