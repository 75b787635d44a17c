"""/metrics: the counters for a monitor, to this machine alone or to a token."""

from __future__ import annotations

import ipaddress

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mobilize.access.scopes import Scope
from mobilize.desk import clients, monitor
from mobilize.web.pages import Desk, client

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def routes(desk: Desk) -> APIRouter:
    """One route. Without a right to it there is no such page."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not await run_in_threadpool(_may, desk, request):
            raise HTTPException(404)
        text = await run_in_threadpool(monitor.everything, desk.installation, now=desk.now())
        return Response(text, media_type=_TEXT)

    return router


def _may(desk: Desk, request: Request) -> bool:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() == "bearer":
        found = clients.who(desk.installation, token.strip())
        return found is not None and Scope.METRICS in found.scopes
    # With a web server in front everybody comes from this machine.
    return not desk.installation.settings.public_url and _is_loopback(client(request)) and _is_direct(request)


def _is_direct(request: Request) -> bool:
    return not any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
