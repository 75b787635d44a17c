"""The organisers' pages: sign in, read the log, decide what a reply says. Every route asks the table of roles."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mobilize.access.roles import Action, may
from mobilize.desk import inbox as log_pages
from mobilize.desk import people, review
from mobilize.desk.people import Person
from mobilize.desk.review import NO_STANCE, Shown
from mobilize.errors import Refused
from mobilize.replies.pages import Wanted
from mobilize.replies.review import STANCES
from mobilize.replies.triage import READING_ORDER
from mobilize.web import forms, guard
from mobilize.web.forms import Form
from mobilize.web.kept import NAME, NUMBER
from mobilize.web.pages import Desk, client, rendered, show
from mobilize.world.countries import countries

COOKIE = "mobilize"
HOME = "/organise/"
_SIGN_IN = "/organise/sign-in"

#: Replies on one page.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who asks, and the number that forms of this session bear."""

    person: Person
    token: str
    number: str


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")
    _doors(router, desk)
    _replies(router, desk)
    return router


def _doors(router: APIRouter, desk: Desk) -> None:
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
        answer = RedirectResponse(_SIGN_IN, status_code=303)
        answer.delete_cookie(COOKIE, path="/organise")
        return answer


def _door(desk: Desk, *, error: str = "") -> Response:
    number = guard.form_number(desk.installation.secret, desk.now())
    return show(desk, "en", "organise/sign_in.html", status=422 if error else 200, number=number, error=error, me=None)


def _replies(router: APIRouter, desk: Desk) -> None:
    @router.get("/")
    async def inbox(request: Request) -> Response:
        me = await signed(desk, request, Action.READ)
        chosen = {name: request.query_params.get(name, "")[:80] for name in ("show", "kind", "country", "q")}
        after = request.query_params.get("after", "")[:160]
        wanted = Wanted(
            needs_person=chosen["show"] != "all",
            kinds=(chosen["kind"],) if chosen["kind"] in READING_ORDER else (),
            countries=(chosen["country"],) if chosen["country"] in countries() else (),
            text=chosen["q"],
        )

        def make() -> str:
            page = log_pages.page(desk.installation, wanted, most=_AT_ONCE, after=after)
            return rendered(
                desk,
                "en",
                "organise/inbox.html",
                me=anybody(me),
                chosen=chosen,
                found=[(each, _country(each.entry.country)) for each in page.shown],
                count=page.count,
                many=page.many,
                further=urlencode({**chosen, "after": page.next}) if page.next else "",
                kinds=READING_ORDER,
                places=sorted((_country(code), code) for code in log_pages.places(desk.installation)),
            )

        return await kept(desk, me, ("inbox", *chosen.values(), after), make)

    @router.get("/reply/{reply}")
    async def one(request: Request, reply: str) -> Response:
        me = await signed(desk, request, Action.READ)
        return await _reply(desk, me, reply)

    @router.post("/reply/{reply}")
    async def decide(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        entry = (await _found(desk, reply)).entry
        country = form["country"]
        try:
            await run_in_threadpool(
                review.review,
                desk.installation,
                entry.reply,
                by=me.person.name,
                stance=form["stance"] or NO_STANCE,
                country=country or None,
                now=desk.now(),
            )
        except Refused as error:
            return await _reply(desk, me, reply, error=error.sentence)
        await run_in_threadpool(people.note, desk.installation, me.person, "reviewed", entry.reply[:12], now=desk.now())
        return RedirectResponse(f"/organise/reply/{entry.reply}", status_code=303)


async def signed(desk: Desk, request: Request, action: Action, form: Form | None = None) -> Signed:
    """Who asks, if she may. Sends to the sign-in who is nobody; 403 to who may not, or sends a form of elsewhere."""
    token = request.cookies.get(COOKIE, "")
    person = await desk.kept.person(desk.installation, token, desk.now()) if token else None
    if person is None:
        raise HTTPException(303, headers={"location": _SIGN_IN})
    digest = hashlib.sha256(token.encode()).digest()
    number = hmac.new(desk.installation.secret, b"session-form:" + digest, hashlib.sha256).hexdigest()
    ours = guard.from_our_page(request.headers, desk.installation.settings.public_url)
    if form is not None and not (ours and hmac.compare_digest(form["number"].encode(), number.encode())):
        raise HTTPException(403)
    if not may(person.role, action):
        raise HTTPException(403)
    return Signed(person=person, token=token, number=number)


def anybody(me: Signed) -> Signed:
    """A person of the same role, with marks in place of what is her own: for a page that is kept for all of a role."""
    return Signed(person=Person(name=NAME, role=me.person.role), token="", number=NUMBER)


async def kept(desk: Desk, me: Signed, key: tuple[str, ...], make: Callable[[], str]) -> Response:
    """A page that depends on the ledger, the role, the day and this key alone; `make` renders it for `anybody`."""
    person = {NAME: me.person.name, NUMBER: me.number}
    key = (me.person.role, desk.now().date().isoformat(), *key)
    try:
        return HTMLResponse(await desk.kept.page(key, make, person))
    except Refused:
        raise HTTPException(404) from None


def _country(code: str | None) -> str:
    return countries()[code].name("en") if code and code in countries() else ""


async def _found(desk: Desk, reply: str) -> Shown:
    try:
        return await run_in_threadpool(review.one, desk.installation, reply)
    except Refused:
        raise HTTPException(404) from None


async def _reply(desk: Desk, me: Signed, reply: str, *, error: str = "") -> Response:
    shown = await _found(desk, reply)
    parsed = shown.entry.parsed
    evidence = [each for each in _list(parsed.get("evidence")) if isinstance(each, dict)]
    words = [str(each.get("words") or "") for each in evidence if each.get("field") in {"stance", "concerns"}]
    current = shown.current
    history = await run_in_threadpool(review.said, desk.installation, shown.entry.reply)
    # What the form begins with: what a person said last, else what the parser suggests.
    mine = [each for each in history if each.country == shown.entry.country]
    return show(
        desk,
        "en",
        "organise/reply.html",
        status=422 if error else 200,
        me=me,
        may_review=may(me.person.role, Action.REVIEW),
        entry=shown.entry,
        current=current,
        country=_country(shown.entry.country),
        stance_now=mine[-1].stance if mine else shown.entry.stance,
        history=[(each, _country(each.country)) for each in history],
        parsed=parsed,
        text=marked(str(parsed.get("text") or ""), words),
        trail=[each for each in _list(parsed.get("trail")) if isinstance(each, dict)],
        evidence=evidence,
        stances=STANCES,
        places=sorted((each.name("en"), code) for code, each in countries().items()),
        error=error,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def marked(text: str, words: list[str]) -> Markup:
    """Escape a text, and mark the words that decided where they stand in it as they are."""
    spans = sorted((text.find(each), len(each)) for each in set(words) if each and each in text)
    made, place = Markup(""), 0
    for start, length in spans:
        if start >= place:
            made += escape(text[place:start]) + Markup("<mark>") + escape(text[start : start + length])
            made += Markup("</mark>")
            place = start + length
    return made + escape(text[place:])
