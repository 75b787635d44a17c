"""The page behind List-Unsubscribe. Looking at it changes nothing: scanners follow every link (RFC 8058 1)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mobilize.desk import leave
from mobilize.web.pages import Desk, client, reader_language, show


def routes(desk: Desk) -> APIRouter:
    """GET asks, POST does: by the button here, or by a mail program's own (its body is not needed)."""
    router = APIRouter()

    @router.get("/leave/{token}")
    def ask(request: Request, token: str) -> Response:
        if leave.known(desk.installation, token, now=desk.now()) is None:
            raise HTTPException(404)
        return show(desk, reader_language(request), "leave.html", done=False)

    @router.post("/leave/{token}")
    async def do(request: Request, token: str) -> Response:
        # No check of where it comes from: a mail program posts from anywhere, and who has the link may use it.
        if not desk.pace.allows("tell", client(request)):
            raise HTTPException(429)
        if not await run_in_threadpool(leave.leave, desk.installation, token, now=desk.now()):
            raise HTTPException(404)
        return show(desk, reader_language(request), "leave.html", done=True)

    return router
