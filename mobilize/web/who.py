"""Who takes whom: countries against partners' plans, and where to push next; for organisers alone (domain rule D2)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mobilize.access.roles import Action
from mobilize.board import OBSERVERS
from mobilize.board.coverage import CROWD, STALE_DAYS
from mobilize.desk import overview
from mobilize.web.organise import country_name, page, signed
from mobilize.web.pages import Desk


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")

    @router.get("/who")
    async def who(request: Request) -> Response:
        # Not for readers: which partner works where is for those who need it.
        me = await signed(desk, request, Action.REVIEW)
        today = desk.now().date()

        def made() -> overview.Coverage:
            return desk.memory.of(
                ("coverage", today), lambda: overview.coverage(desk.installation, desk.rows(), today=today)
            )

        found = await run_in_threadpool(made)
        return page(
            desk,
            request,
            me,
            "who.html",
            coverage=found,
            stale={(each.country, each.reply) for each in found.stale},
            today=today,
            crowd=CROWD,
            stale_days=STALE_DAYS,
            observers=OBSERVERS,
            country_name=country_name,
        )

    return router
