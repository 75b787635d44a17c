"""The outermost layer of the pages: headers on every answer, a limit on every body, no trace of an error to anybody."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("mobilize.web")

#: Octets of a request: a logo (512 KB) and the form around it.
MOST_BODY = 640 * 1024

#: No script, no style, no image but our own files; nobody may frame us; forms go nowhere else.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # A link from a letter to another page must not tell which page of ours it stood on.
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    # Names of partners stand on these pages: no cache between, and none on a shared computer.
    "cache-control": "no-store",
}

_TOO_LARGE = "that is more than this page takes."
_FAILED = "something went wrong here. Please try again later."


#: Octets of a body that is too long which are read and dropped before the connection is closed.
MOST_DRAINED = 4 * 1024 * 1024

#: Below this path programs ask, not browsers.
PROGRAMS = "/api/"


class TooLarge(Exception):
    """A body went on after its limit."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Wraps the whole application, the part that answers for its errors included."""

    app: ASGIApp
    #: Whether readers come over https only (RFC 6797).
    https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._headers(message["headers"])
            await send(message)

        if _announced(scope) > MOST_BODY:
            await _drained(receive)
            await _plainly(scope, sending, 413, _TOO_LARGE, begun=False)
            return
        try:
            await self.app(scope, _counted(receive), sending)
        except TooLarge:
            await _drained(receive)
            await _plainly(scope, sending, 413, _TOO_LARGE, begun=started)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody outside learns of it
            # Where, and of what kind: an error's own words may hold what somebody typed.
            last = traceback.extract_tb(error.__traceback__)[-1]
            _LOG.error("%s at %s:%s", type(error).__name__, last.filename, last.lineno)
            await _plainly(scope, sending, 500, _FAILED, begun=started)

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        there = {name.lower() for name, _ in given}
        ours = {**_HEADERS, **({"strict-transport-security": "max-age=31536000"} if self.https else {})}
        more = [(name.encode(), value.encode()) for name, value in ours.items() if name.encode() not in there]
        return [*given, *more]


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:12])
    return 0


def _counted(receive: Receive) -> Receive:
    """The body as it comes, cut off at the limit: chunked bodies announce no length."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY:
            raise TooLarge
        return message

    return receiving


async def _drained(receive: Receive) -> None:
    """Let what is on its way run out, up to a limit: who is cut off while sending never reads why (RFC 9112 9.6)."""
    taken, more = 0, True
    while more and taken < MOST_DRAINED:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        taken += len(message.get("body", b""))


async def _plainly(scope: Scope, send: Send, status: int, text: str, *, begun: bool) -> None:
    if begun:
        return
    # Programs are told in their own form (RFC 9457).
    program = str(scope.get("path", "")).startswith(PROGRAMS)
    body = json.dumps({"type": "about:blank", "title": text, "status": status}) if program else f"{status}: {text}\n"
    kind = b"application/problem+json" if program else b"text/plain; charset=utf-8"
    heads = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": heads})
    await send({"type": "http.response.body", "body": body.encode()})
