"""The board and the exports: who was asked, who answered, who is left; for organisers alone (domain rules D2)."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mobilize.access.roles import Action, may
from mobilize.board import OBSERVERS, CountryRow, by_group
from mobilize.desk import inbox, people, review
from mobilize.replies.review import STANCES
from mobilize.web.organise import anybody, kept, signed
from mobilize.web.pages import Desk, rendered

#: File name -> what it is, and whether it shows only what may be published.
_FILES: Mapping[str, tuple[str, bool]] = {
    "replies.csv": ("text/csv; charset=utf-8", False),
    "replies.xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    "public.csv": ("text/csv; charset=utf-8", True),
}


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")

    @router.get("/board")
    async def board(request: Request) -> Response:
        me = await signed(desk, request, Action.READ)
        only = request.query_params.get("show", "")[:16]

        def make() -> str:
            rows = inbox.board_rows(desk.installation)
            chosen = [each for each in rows if _fits(each, only)]
            chosen.sort(key=lambda each: (_rank(each), each.country.name("en")))
            return rendered(
                desk,
                "en",
                "organise/board.html",
                me=anybody(me),
                rows=chosen,
                groups=by_group(rows),
                only=only,
                observers=OBSERVERS,
                stances=STANCES,
                files=list(_FILES) if may(me.person.role, Action.EXPORT) else [],
            )

        return await kept(desk, me, ("board", only), make)

    @router.get("/export/{name}")
    async def export(request: Request, name: str) -> Response:
        me = await signed(desk, request, Action.EXPORT)
        if name not in _FILES:
            raise HTTPException(404)
        kind, public = _FILES[name]
        form = name.rpartition(".")[2]
        data = await run_in_threadpool(review.exported, desk.installation, form=form, public=public)
        await run_in_threadpool(people.note, desk.installation, me.person, "exported", name, now=desk.now())
        return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})

    return router


def _fits(row: CountryRow, only: str) -> bool:
    """The lists that an organiser asks for: nobody approached it, nobody has decided, several plan to go there."""
    if only == "left":
        return not row.letters and not row.replies and not row.plans
    if only == "open":
        return row.current is not None and row.current.status.value in {"suggested", "disputed"}
    if only == "crowded":
        return row.plans > 1
    return True


def _rank(row: CountryRow) -> int:
    """Most favourable first, and behind them those of whom nothing is known."""
    stance = row.current.stance if row.current else None
    return STANCES.index(stance) if stance in STANCES else len(STANCES)
