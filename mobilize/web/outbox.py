"""The outbox: what became of the letters, why some failed; the lead settles what is in doubt, pauses and goes on."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.access.roles import Action
from mobilize.desk import figures, outbox, status
from mobilize.errors import Refused
from mobilize.post.states import State
from mobilize.web import forms
from mobilize.web.organise import Signed, country_name, note, page, signed
from mobilize.web.pages import Desk

#: Letters in doubt that the page lists at once.
_MOST = 100


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise/outbox")

    @router.get("")
    async def look(request: Request) -> Response:
        me = await signed(desk, request, Action.READ)
        return await _page(desk, request, me)

    @router.post("/pause")
    async def pause(request: Request) -> Response:
        me = await signed(desk, request, Action.SEND, await forms.read(request))
        await run_in_threadpool(outbox.pause, desk.installation, by=me.person.name, now=desk.now())
        await note(desk, me, "paused", "")
        return RedirectResponse("/organise/outbox", status_code=303)

    @router.post("/resume")
    async def resume(request: Request) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.SEND, form)
        if form["sure"] != "yes":
            return await _page(desk, request, me, error="Tick the box first: letters will leave again.")
        await run_in_threadpool(outbox.resume, desk.installation)
        await note(desk, me, "resumed", "")
        return RedirectResponse("/organise/outbox", status_code=303)

    @router.post("/settle/{letter}")
    async def settle(request: Request, letter: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.SEND, form)
        if form["sure"] != "yes" or form["arrived"] not in {"yes", "no"}:
            return await _page(desk, request, me, error="Tick the box first: a letter that did arrive would go twice.")
        arrived = form["arrived"] == "yes"
        try:
            await run_in_threadpool(
                status.resolve, desk.installation, letter, arrived=arrived, by=me.person.name, now=desk.now()
            )
        except Refused as error:
            return await _page(desk, request, me, error=error.sentence)
        await note(desk, me, "settled_sent" if arrived else "settled_queued", letter)
        return RedirectResponse("/organise/outbox", status_code=303)

    return router


async def _page(desk: Desk, request: Request, me: Signed, *, error: str = "") -> Response:
    chosen = request.query_params.get("round", "")[:6]
    rounds = await run_in_threadpool(outbox.rounds, desk.installation)
    number = int(chosen) if chosen.isdecimal() and int(chosen) in rounds else max(rounds, default=1)
    standing = await run_in_threadpool(figures.look, desk.installation, number, now=desk.now())
    doubtful, failed = [
        await run_in_threadpool(outbox.stuck, desk.installation, number, state, most=_MOST)
        for state in (State.IN_DOUBT, State.FAILED)
    ]
    return page(
        desk,
        request,
        me,
        "outbox.html",
        status=422 if error else 200,
        number=number,
        rounds=rounds,
        standing=standing,
        figures=standing.figures,
        doubtful=doubtful,
        doubts=standing.figures.states[State.IN_DOUBT.value],
        failed=failed,
        country_name=country_name,
        error=error,
    )
