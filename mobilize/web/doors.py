"""The organisers' doors: sign in with a password and a code, sign out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.access.roles import Action
from mobilize.desk import people
from mobilize.web import forms, guard
from mobilize.web.organise import COOKIE, HOME, SIGN_IN, signed
from mobilize.web.pages import Desk, client, show


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")

    @router.get("/sign-in")
    def door() -> Response:
        return _door(desk)

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        if not guard.from_our_page(request.headers, desk.installation.settings.public_url):
            raise HTTPException(403)
        if not desk.pace.allows("sign-in", client(request)):
            raise HTTPException(429)
        form = await forms.read(request)
        if not guard.form_holds(desk.installation.secret, form["number"], desk.now()):
            return _door(desk, error="This page was open too long. Please try again.")
        token = await run_in_threadpool(
            people.sign_in, desk.installation, form["name"], form["password"], form["code"], now=desk.now()
        )
        if token is None:
            return _door(desk, error="That does not fit. After five wrong tries, wait a quarter of an hour.")
        answer = RedirectResponse(HOME, status_code=303)
        https = bool(desk.installation.settings.public_url)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=https, path="/organise")
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        me = await signed(desk, request, Action.READ, await forms.read(request))
        await run_in_threadpool(people.sign_out, desk.installation, me.token, me.person, now=desk.now())
        answer = RedirectResponse(SIGN_IN, status_code=303)
        answer.delete_cookie(COOKIE, path="/organise")
        return answer

    return router


def _door(desk: Desk, *, error: str = "") -> Response:
    number = guard.form_number(desk.installation.secret, desk.now())
    return show(desk, "en", "organise/sign_in.html", status=422 if error else 200, number=number, error=error, me=None)
