"""Who may ask: the names this machine is called by (against DNS rebinding), the token, pages of the same origin only;
and what a browser is told of every answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import refusal

COOKIE = "mes-token"
OPEN = ("/healthz",)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
TOLD = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Guard:
    """In front of the application. ``hosts`` are the names that a request may call the server by; ``None`` where it
    listens beyond this machine, where the token guards it."""

    def __init__(self, app: ASGIApp, *, token: str | None, hosts: Collection[str] | None) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in TOLD.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refused(scope)
        await (answer or self.app)(scope, receive, told)

    def _refused(self, scope: Scope) -> Response | None:
        headers, query = Headers(scope=scope), QueryParams(scope["query_string"])
        host, lang = headers.get("host", ""), query.get("lang", "en")
        if self.hosts is not None and _name(host) not in self.hosts:
            return refusal(403, f"{host[:100]!r}: this server is not called so; open the address that it printed", lang)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return refusal(403, f"{origin[:100]!r}: only pages of this server may ask", lang)
        if self.token is None or scope["path"] in OPEN:
            return None
        if scope["path"] == "/" and _same(query.get("token", ""), self.token):
            return self._let_in(scope)
        given = cookie_parser(headers.get("cookie", "")).get(COOKIE, "") or headers.get("x-mes-token", "")
        if _same(given, self.token):
            return None
        return refusal(
            401, "the token is missing or wrong; open the address that `mes web` printed, token included", lang
        )

    def _let_in(self, scope: Scope) -> Response:
        """The token goes into a cookie, and out of the address."""
        left = [pair for pair in parse_qsl(scope["query_string"].decode("latin-1")) if pair[0] != "token"]
        answer = RedirectResponse(f"/?{urlencode(left)}" if left else "/", status_code=303)
        answer.set_cookie(COOKIE, self.token or "", httponly=True, samesite="strict", path="/")
        return answer


def _name(host: str) -> str:
    """The name of a host without its port."""
    return urlsplit(f"//{host}").hostname or "" if host else ""


def _same(given: str, token: str) -> bool:
    """In a time that doesn't tell how much of it is right."""
    return hmac.compare_digest(given.encode(), token.encode())
