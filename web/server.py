"""Routes: JSON in, JSON out (a stream of lines for answers), the page and its files. Errors are JSON with one message
in the language of the request.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from foundation.language.text import LANGUAGES
from foundation.store.reading import Document
from scenarios.language.files import LARGEST
from web import errors, page
from web.asked import asked_of
from web.errors import RefusedError
from web.strategies import name_of, scenario_of, table_of

if TYPE_CHECKING:
    from web.explorer import Explorer

MOST_BYTES = 256 * 1024
PLOTLY = "plotly.min.js"
Answered = Callable[[Request], Awaitable[Response]]


def language(request: Request) -> str:
    """What the address asks for, else the browser, else English."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    accepted = request.headers.get("accept-language", "").lower().split(",")
    return next((tongue[:2] for tongue in (one.strip() for one in accepted) if tongue[:2] in LANGUAGES), "en")


def said(answered: Answered) -> Answered:
    """A route whose errors are told to the page."""

    @wraps(answered)
    async def route(request: Request) -> Response:
        try:
            return await answered(request)
        except ClientDisconnect:
            raise
        except Exception as error:
            if os.environ.get("MES_DEBUG") == "1":
                traceback.print_exc()
            return errors.told(error, language(request))

    return route


async def body_of(request: Request) -> dict[str, object]:
    """The JSON object that was sent.

    Raises:
        RefusedError: it is too large, of another type, or none.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, "the request is no JSON; needed Content-Type: application/json")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise RefusedError(413, f"the request is larger than {MOST_BYTES} bytes")
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise RefusedError(400, "the request is no valid JSON") from None
    if not isinstance(found, dict):
        raise RefusedError(400, "the request is no JSON object")
    return cast("dict[str, object]", found)


def text_of(body: Mapping[str, object], key: str) -> str:
    """A text of the request."""
    value = body.get(key)
    if not isinstance(value, str):
        raise RefusedError(400, f"{key} is missing or no text")
    return value


class Site:
    """The routes, on what answers."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer

    async def index(self, request: Request) -> Response:
        lang = language(request)
        return HTMLResponse(page.render(lang, self.explorer.settings(lang)))

    async def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        file = plotly() if name == PLOTLY else page.STATIC / name
        if name.startswith(".") or not file.is_file():
            raise RefusedError(404, f"{request.url.path[:200]}: there is no such page")
        return FileResponse(file, headers={"cache-control": "max-age=3600"})

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def settings(self, request: Request) -> Response:
        return JSONResponse(self.explorer.settings(language(request)))

    async def catalogue(self, request: Request) -> Response:
        return JSONResponse(self.explorer.catalogue(language(request)))

    async def folder(self, request: Request) -> Response:
        return JSONResponse(await self.explorer.folder(language(request)))

    async def parse(self, request: Request) -> Response:
        body = await body_of(request)
        text, name = text_of(body, "toml"), name_of(str(body.get("name", "")))
        if len(text.encode()) > LARGEST:
            raise RefusedError(413, f"the file is larger than {LARGEST} bytes: not a scenario file")
        return JSONResponse({"table": table_of(text, name), "name": name, "toml": text})

    async def toml(self, request: Request) -> Response:
        scenario = scenario_of((await body_of(request)).get("strategy"))
        self.explorer.check(scenario)
        command = self.explorer.command(scenario)
        return JSONResponse({"name": scenario.name, "toml": scenario.text, "command": command})

    async def answers(self, request: Request) -> Response:
        lang = language(request)
        asked = asked_of(await body_of(request))
        events = self.explorer.answers(asked, lang)
        first = await anext(events)  # what is refused outright is no stream

        async def lines() -> AsyncIterator[bytes]:
            try:
                yield _line(first)
                async for event in events:
                    yield _line(event)
            except Exception as error:
                yield _line({"event": "error", "error": errors.document(error, lang)})
            finally:
                await events.aclose()

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def download(self, request: Request) -> Response:
        body, lang = await body_of(request), language(request)
        index = body.get("index", 0)
        if not isinstance(index, int) or isinstance(index, bool):
            raise RefusedError(400, "index is no whole number")
        file = await self.explorer.download(asked_of(body), text_of(body, "what"), index, lang)
        told = {"content-disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=file.kind, headers=told)


def _line(event: Document) -> bytes:
    return json.dumps(event, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def plotly() -> Path:
    """The library of charts, as its package brings it."""
    spec = find_spec("plotly")
    return Path(str(spec.origin if spec else "")).parent / "package_data" / PLOTLY


def application(explorer: Explorer) -> Starlette:
    """All routes; the explorer starts and stops with the application."""
    site = Site(explorer)
    gets = {
        "/": site.index,
        "/static/{name}": site.static,
        "/healthz": site.health,
        "/api/settings": site.settings,
        "/api/catalogue": site.catalogue,
        "/api/folder": site.folder,
    }
    posts = {
        "/api/parse": site.parse,
        "/api/toml": site.toml,
        "/api/answers": site.answers,
        "/api/download": site.download,
    }

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        await explorer.start()
        try:
            yield
        finally:
            await explorer.stop()

    async def wrong(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        return errors.refusal(status, f"{request.url.path[:200]}: there is no such page", language(request))

    routes = [Route(path, said(answer), methods=["GET"]) for path, answer in gets.items()]
    routes += [Route(path, said(answer), methods=["POST"]) for path, answer in posts.items()]
    return Starlette(routes=routes, lifespan=living, exception_handlers={404: wrong, 405: wrong})
