"""Who may sign in, and who did what: the lead adds people, resets and disables them; the log of deeds only grows."""

from __future__ import annotations

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.access.roles import Action, Role
from mobilize.desk import people
from mobilize.errors import KeyMissing, Refused
from mobilize.web import forms
from mobilize.web.organise import Signed, page, signed
from mobilize.web.pages import Desk

#: Deeds on one page.
_AT_ONCE = 100


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise/people")
    _list(router, desk)
    _changes(router, desk)
    return router


def _list(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def listed(request: Request) -> Response:
        me = await signed(desk, request, Action.REVIEW)
        return await _page(desk, request, me)

    @router.get("/deeds")
    async def deeds(request: Request) -> Response:
        me = await signed(desk, request, Action.PEOPLE)
        before = request.query_params.get("before", "")
        number = int(before[:12]) if before.isdecimal() else None
        found = await run_in_threadpool(people.deeds, desk.installation, before=number, most=_AT_ONCE)
        return page(desk, request, me, "deeds.html", deeds=found, more=len(found) == _AT_ONCE)


def _changes(router: APIRouter, desk: Desk) -> None:
    @router.post("")
    async def add(request: Request) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.PEOPLE, form)
        if form["role"] not in set(Role):
            return await _page(desk, request, me, error="Choose a role.")
        try:
            address = await run_in_threadpool(
                people.add,
                desk.installation,
                form["name"].lower(),
                Role(form["role"]),
                form["password"],
                by=me.person.name,
                now=desk.now(),
            )
        except (Refused, KeyMissing) as error:
            return await _page(desk, request, me, error=error.sentence)
        return _enrol(desk, request, me, form["name"].lower(), address)

    @router.post("/{name}/reset")
    async def reset(request: Request, name: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.PEOPLE, form)
        try:
            address = await run_in_threadpool(
                people.reset, desk.installation, name, form["password"], by=me.person.name, now=desk.now()
            )
        except (Refused, KeyMissing) as error:
            return await _page(desk, request, me, error=error.sentence)
        return _enrol(desk, request, me, name, address)

    @router.post("/{name}/disable")
    async def disable(request: Request, name: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.PEOPLE, form)
        if name == me.person.name:
            # Else nobody might be left who can let people in.
            return await _page(desk, request, me, error="You cannot lock yourself out: another lead can.")
        try:
            await run_in_threadpool(people.disable, desk.installation, name, by=me.person.name, now=desk.now())
        except Refused as error:
            return await _page(desk, request, me, error=error.sentence)
        return RedirectResponse("/organise/people", status_code=303)


def _enrol(desk: Desk, request: Request, me: Signed, name: str, address: str) -> Response:
    """The one page that shows a secret, once: as a picture for an authenticator, and as text."""
    picture = segno.make(address, micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return page(desk, request, me, "enrol.html", name=name, otpauth=address, picture=Markup(picture))  # noqa: S704


async def _page(desk: Desk, request: Request, me: Signed, *, error: str = "") -> Response:
    found = await run_in_threadpool(people.everybody, desk.installation)
    status = 422 if error else 200
    return page(
        desk,
        request,
        me,
        "people.html",
        status=status,
        accounts=found,
        roles=[each.value for each in Role],
        error=error,
    )
