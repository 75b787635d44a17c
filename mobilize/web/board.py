"""The board, a country's page and the exports: who was asked, who answered, who is left (domain rules D2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from fastapi import APIRouter
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mobilize.access.roles import Action
from mobilize.board import OBSERVERS, CountryRow
from mobilize.board.coverage import untouched
from mobilize.desk import brief, overview, review
from mobilize.desk.overview import Board
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.replies.review import STANCES
from mobilize.web import plot, worldmap
from mobilize.web.organise import note, page, recalled, signed
from mobilize.web.pages import Desk, fragment

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JSON = "application/json"


def _log(form: str, *, public: bool = False) -> Callable[[Installation], bytes]:
    return lambda installation: review.exported(installation, form=form, public=public)


def _board(form: str) -> Callable[[Installation], bytes]:
    return lambda installation: overview.board_file(installation, form=form)


#: File name -> its type, what makes it, and what it is in words.
_FILES: Mapping[str, tuple[str, Callable[[Installation], bytes], str]] = {
    "replies.csv": (_CSV, _log("csv"), "every reply, for us alone"),
    "replies.xlsx": (_XLSX, _log("xlsx"), "every reply, for us alone"),
    "replies.json": (_JSON, _log("json"), "every reply, for us alone"),
    "board.csv": (_CSV, _board("csv"), "a row a country, for us alone"),
    "board.xlsx": (_XLSX, _board("xlsx"), "a row a country, for us alone"),
    "board.json": (_JSON, _board("json"), "a row a country, for us alone"),
    "public.csv": (_CSV, _log("csv", public=True), "counts by group, none below five: fit to publish"),
    "public.json": (_JSON, _log("json", public=True), "counts by group, none below five: fit to publish"),
}

#: What can be chosen -> what it is called.
_LISTS: Mapping[str, str] = {
    "": "all",
    "left": "nobody has approached",
    "open": "to be decided",
    "crowded": "several plan to go there",
}


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")

    @router.get("/board")
    async def board(request: Request) -> Response:
        me = await signed(desk, request, Action.READ)
        only = request.query_params.get("show", "")
        only = only if only in _LISTS else ""
        today = desk.now().date()
        body = await recalled(desk, ("board page", today, only), lambda: _body(desk, only, today))
        return page(desk, request, me, "board.html", body=body, files=_FILES if me.may("export") else {})

    @router.get("/country/{code}")
    async def country(request: Request, code: str) -> Response:
        me = await signed(desk, request, Action.READ)
        try:
            found = await run_in_threadpool(lambda: overview.page(desk.installation, code, desk.rows()))
        except Refused:
            raise HTTPException(404) from None
        return page(
            desk, request, me, "country.html", page=found, row=found.row, today=desk.now().date(), observers=OBSERVERS
        )

    @router.get("/country/{code}/brief.pdf")
    async def paper(request: Request, code: str) -> Response:
        me = await signed(desk, request, Action.EXPORT)
        made = desk.papers.submit(_brief, desk, code)
        data = await run_in_threadpool(made.result)
        if data is None:
            raise HTTPException(404)
        await note(desk, me, "took_brief", code)
        head = {"content-disposition": f'attachment; filename="brief-{code}.pdf"'}
        return Response(data, media_type="application/pdf", headers=head)

    @router.get("/export/{name}")
    async def export(request: Request, name: str) -> Response:
        me = await signed(desk, request, Action.EXPORT)
        if name not in _FILES:
            raise HTTPException(404)
        kind, make, _ = _FILES[name]
        data = await run_in_threadpool(make, desk.installation)
        await note(desk, me, "exported", name)
        return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})

    return router


def _brief(desk: Desk, code: str) -> bytes | None:
    try:
        return brief.made(desk.installation, code, today=desk.now().date())
    except Refused:
        return None


def _body(desk: Desk, only: str, today: dt.date) -> Markup:
    """The board as it stands, drawn once for all who look at it until something is written."""
    found = desk.memory.of(("board", today), lambda: overview.board(desk.installation, desk.rows(), today=today))
    return _drawn(found, only)


def _drawn(found: Board, only: str) -> Markup:
    chosen = [each for each in found.rows if _fits(each, only)]
    chosen.sort(key=lambda each: (_rank(each), each.country.name("en")))
    return fragment(
        "organise/board_body.html",
        rows=chosen,
        groups=found.groups,
        map=worldmap.drawn(found.rows),
        swatches=[(stance, worldmap.swatch(stance)) for stance in (*STANCES, "")],
        plot=plot.drawn(found.progress, found.target),
        points=found.progress,
        last=found.progress[-1] if found.progress else None,
        target=found.target,
        only=only,
        lists=_LISTS,
        observers=OBSERVERS,
        stances=STANCES,
    )


def _fits(row: CountryRow, only: str) -> bool:
    """The lists that an organiser asks for: nobody approached it, nobody has decided, several plan to go there."""
    if only == "left":
        return untouched(row)
    if only == "open":
        return row.current is not None and row.current.status.value in {"suggested", "disputed"}
    if only == "crowded":
        return row.plans > 1
    return True


def _rank(row: CountryRow) -> int:
    """Most favourable first, and behind them those of whom nothing is known."""
    stance = row.current.stance if row.current else None
    return STANCES.index(stance) if stance in STANCES else len(STANCES)
