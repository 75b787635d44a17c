"""The inbox: what is new, what waits for a person, all; narrowed by filters that stand in the address."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, fields
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.access.roles import Action
from mobilize.desk import case, overview, shelf
from mobilize.desk.shelf import Choice
from mobilize.errors import Refused
from mobilize.replies.review import STANCES
from mobilize.replies.triage import READING_ORDER
from mobilize.web import forms
from mobilize.web.organise import HOME, country_name, note, page, recalled, signed
from mobilize.web.pages import Desk, fragment
from mobilize.world.countries import groups

#: Replies on one page, and signs of a filter.
_AT_ONCE, _LONGEST = 100, 80

#: Of a reply.
_ID = re.compile(r"[0-9a-f]{64}")

#: Stands in a kept list for the number of a session's forms; nobody outside can write it into a mail.
_NUMBER = secrets.token_hex(16)


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise")

    @router.get("/")
    async def inbox(request: Request) -> Response:
        me = await signed(desk, request, Action.READ)
        choice = chosen(request.url.query)
        after = request.query_params.get("after", "")
        if after and not _ID.fullmatch(after):
            raise HTTPException(404)
        name, deciding = me.person.name, me.may("review")
        kept = ("inbox", choice, after, name, deciding)
        body = await recalled(desk, kept, lambda: _body(desk, choice, after, name, deciding=deciding))
        return page(desk, request, me, "inbox.html", body=body.replace(_NUMBER, me.number))

    @router.post("/reply/{reply}/quick")
    async def quick(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        choice = chosen(form["back"])
        try:
            await run_in_threadpool(
                case.decide,
                desk.installation,
                reply,
                by=me.person.name,
                stance=form["stance"],
                country="",
                fields={},
                now=desk.now(),
            )
        except Refused:
            # The whole page of that reply says what is missing.
            return RedirectResponse(f"/organise/reply/{_safe(reply)}?{query(choice)}", status_code=303)
        await note(desk, me, "reviewed", reply[:12])
        return RedirectResponse(address(choice), status_code=303)

    return router


def _body(desk: Desk, choice: Choice, after: str, name: str, *, deciding: bool) -> Markup:
    """The list as one person sees it, until something is written; in the place of her session's number a blank."""
    found = shelf.shelf(desk.installation, choice, most=_AT_ONCE, after=after)
    return fragment(
        "organise/inbox_body.html",
        choice=choice,
        name=name,
        may_review=deciding,
        number=_NUMBER,
        narrowed=any(value for key, value in asdict(choice).items() if key != "show"),
        tabs=[(show, address(choice, show=show)) for show in shelf.SHOWS],
        query=query(choice),
        further=f"{query(choice)}&after={found.next}".lstrip("&") if found.next else "",
        shelf=found,
        found=[(each, country_name(each.entry.country)) for each in found.found],
        kinds=READING_ORDER,
        stances=STANCES,
        groups=groups(),
        places=overview.named(found.countries),
    )


def chosen(text: str) -> Choice:
    """Read filters as they stand in an address. Whatever else stands there is left out."""
    read = parse_qs(text, max_num_fields=30, errors="replace")
    names = [each.name for each in fields(Choice)]
    return Choice(**{name: read[name][0].strip()[:_LONGEST] for name in names if read.get(name)})


def query(choice: Choice) -> str:
    """Filters as they stand in an address, after its question mark."""
    return urlencode({name: value for name, value in asdict(choice).items() if value})


def address(choice: Choice, *, show: str | None = None) -> str:
    """The address of a list. show: another part of the log, the filters as they are."""
    text = query(choice if show is None else Choice(**{**asdict(choice), "show": show}))
    return f"{HOME}?{text}" if text else HOME


def _safe(reply: str) -> str:
    return "".join(each for each in reply if each in "0123456789abcdef")
