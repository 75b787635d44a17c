"""Installation -> the web application that `mobilize serve` runs."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from mobilize.desk import shares, webhooks
from mobilize.errors import MobilizeError
from mobilize.installation import Installation
from mobilize.web import api, board, doors, inbox, leave, monitor, outbox, partner, people, reply, told, who
from mobilize.web.guard import Pace, SharedPace
from mobilize.web.pages import STATIC, Desk, client, reader_language, show, static
from mobilize.web.shell import PROGRAMS, Shell
from mobilize.web.texts import LANGUAGES, texts

#: Threads that wait for the ledger, and connections to it.
THREADS = 8

_LOG = logging.getLogger("mobilize.web")

#: Seconds between two looks for what webhooks are to be told.
TELL_EVERY = 5.0

#: Answers that have a sentence of their own.
_SPOKEN_OF = (403, 404, 405, 413, 429)

#: What a machine asks, every few seconds and from one address.
_PROBES = ("/healthz", "/readyz")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create(installation: Installation, *, now: Callable[[], dt.datetime] = _now) -> ASGIApp:
    """Make the application; the installation stays open as long as it runs. now: for tests, the clock in UTC."""
    desk = Desk(installation=installation, now=now, pace=_shared(installation, now))

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        # More would wait for one another all the same, each with a connection and a stack of its own.
        current_default_thread_limiter().total_tokens = THREADS
        ended = threading.Event()
        telling = asyncio.create_task(_tell(desk, ended))
        yield
        ended.set()
        telling.cancel()
        await asyncio.wait([telling])
        desk.close()

    # No pages of documentation here: they would fetch scripts from another host.
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=living,
        redirect_slashes=False,
        dependencies=[Depends(_pace(desk))],
    )

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if isinstance(error, HTTPException) and status == 303:  # noqa: PLR2004 - see another page: to sign in
            return RedirectResponse((error.headers or {})["location"], status_code=status)
        if request.url.path.startswith(PROGRAMS):
            return api.problem(status)
        return _sorry(desk, request, status)

    app.add_exception_handler(HTTPException, failed)
    app.add_exception_handler(Exception, failed)

    _plain_routes(app, installation)
    app.mount(api.PREFIX, api.create(desk))
    for each in (monitor, doors, inbox, reply, board, who, outbox, people, leave, told, partner):
        app.include_router(each.routes(desk))
    return Shell(app, https=bool(installation.settings.public_url))


def _plain_routes(app: FastAPI, installation: Installation) -> None:
    """What is no page: files, and whether this machine lives and can serve."""

    @app.get("/static/{name}")
    def files(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        head = {"cache-control": "public, max-age=86400"}
        return Response(static(name), media_type=STATIC[name], headers=head)

    @app.get("/favicon.ico")
    def icon() -> Response:
        return files("favicon.ico")

    @app.get("/healthz")
    def healthy() -> Response:
        return Response("ok\n", media_type="text/plain; charset=utf-8")

    @app.get("/readyz")
    def ready() -> Response:
        why = shares.trouble(installation)
        return Response(f"{why or 'ok'}\n", 503 if why else 200, media_type="text/plain; charset=utf-8")


def _shared(installation: Installation, now: Callable[[], dt.datetime]) -> Pace:
    if not shares.are_shared(installation):
        return Pace()

    def take(what: str, client: str, many: int, a_minute: float) -> bool:
        return shares.take(installation, what, client, many=many, a_minute=a_minute, now=now())

    return SharedPace(take=take)


async def _tell(desk: Desk, ended: threading.Event) -> None:
    """Tell webhooks' receivers of new replies, as long as the server runs; what is left waits in the ledger."""
    loop = asyncio.get_running_loop()
    work = partial(webhooks.deliver, desk.installation, now=desk.now, going=lambda: not ended.is_set())
    # A thread of its own: a receiver that is slow shall not keep a page waiting.
    with ThreadPoolExecutor(1, thread_name_prefix="webhooks") as thread:
        while not ended.is_set():
            try:
                await loop.run_in_executor(thread, work)
            except MobilizeError as error:
                _LOG.warning("webhooks wait: %s", type(error).__name__)
            await asyncio.sleep(TELL_EVERY)


def _pace(desk: Desk) -> Callable[[Request], Awaitable[None]]:
    async def pace(request: Request) -> None:
        # On several machines the share stands in the database: that is waited for in a thread.
        takes = partial(desk.pace.allows, "page", client(request))
        shared = isinstance(desk.pace, SharedPace)
        if request.url.path not in _PROBES and not (await run_in_threadpool(takes) if shared else takes()):
            raise HTTPException(429)

    return pace


def _sorry(desk: Desk, request: Request, status: int) -> Response:
    """An error as a plain page in the reader's language: what happened, and nothing of how."""
    first = request.url.path.split("/")[1]
    language = first if first in LANGUAGES else reader_language(request)
    sentence = texts(language)[f"err_{status if status in _SPOKEN_OF else 500 if status >= 500 else 404}"]  # noqa: PLR2004
    return show(desk, language, "error.html", status=status, sentence=sentence)
