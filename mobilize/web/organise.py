"""What every page of the organisers stands on: who asks, may she, and the headers of an answer with our own script."""

from __future__ import annotations

import gzip
import hashlib
import hmac
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mobilize.access.roles import Action, may
from mobilize.desk import people
from mobilize.desk.people import Person
from mobilize.web import guard
from mobilize.web.forms import Form
from mobilize.web.pages import Desk, show
from mobilize.world.countries import countries

COOKIE = "mobilize"
HOME = "/organise/"
SIGN_IN = "/organise/sign-in"

#: As on the other pages, and one script of our own; a frame of our own for the original of a mail.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)

#: Page -> the part of the pages that it belongs to, where that bears another name.
_PARTS = {"reply.html": "inbox", "country.html": "board", "enrol.html": "people", "deeds.html": "people"}

#: Octets from which on a page is packed: the map alone has 60,000. What could be guessed by the size of a packed page
#: needs a request of another site with our cookie, and that is SameSite=Strict.
_WORTH_PACKING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who asks, and the number that forms of this session bear."""

    person: Person
    token: str
    number: str

    def may(self, action: str) -> bool:
        """Whether she may do this; action: the name of one of access.roles.Action."""
        return may(self.person.role, Action(action))


async def signed(desk: Desk, request: Request, action: Action, form: Form | None = None) -> Signed:
    """Who asks, if she may. Sends to the sign-in who is nobody; 403 to who may not, or sends a form of elsewhere."""
    token = request.cookies.get(COOKIE, "")
    person = await desk.visits.person(desk.installation, token, desk.now()) if token else None
    if person is None:
        raise HTTPException(303, headers={"location": SIGN_IN})
    digest = hashlib.sha256(token.encode()).digest()
    number = hmac.new(desk.installation.secret, b"session-form:" + digest, hashlib.sha256).hexdigest()
    ours = guard.from_our_page(request.headers, desk.installation.settings.public_url)
    if form is not None and not (ours and hmac.compare_digest(form["number"].encode(), number.encode())):
        raise HTTPException(403)
    if not may(person.role, action):
        raise HTTPException(403)
    return Signed(person=person, token=token, number=number)


def page(desk: Desk, request: Request, me: Signed, template: str, *, status: int = 200, **values: object) -> Response:
    """Make one page of the organisers: in English, with our script allowed, packed where that is worth it."""
    part = _PARTS.get(template, template.removesuffix(".html"))
    answer = show(desk, "en", f"organise/{template}", status=status, me=me, here=part, **values)
    answer.headers["content-security-policy"] = POLICY
    if len(answer.body) >= _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = gzip.compress(bytes(answer.body), compresslevel=4, mtime=0)
        answer.headers["content-encoding"] = "gzip"
        answer.headers["content-length"] = str(len(answer.body))
    answer.headers["vary"] = "accept-encoding"
    return answer


async def recalled(desk: Desk, name: Hashable, make: Callable[[], Markup]) -> Markup:
    """A part of a page as it is kept until something is written to the ledger; made in a thread where it is not."""
    known = desk.memory.known(name)
    return known if isinstance(known, Markup) else await run_in_threadpool(desk.memory.of, name, make)


async def note(desk: Desk, me: Signed, what: str, about: str) -> None:
    """Add to the log of deeds: ids only."""
    await run_in_threadpool(people.note, desk.installation, me.person, what, about, now=desk.now())


def country_name(code: str | None) -> str:
    """English name of a country; empty where the code is none."""
    return countries()[code].name("en") if code and code in countries() else ""


def all_countries() -> list[tuple[str, str]]:
    """(name, code) of all countries, by name."""
    return sorted((each.name("en"), code) for code, each in countries().items())
