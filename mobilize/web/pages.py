"""Templates -> answers: every value is escaped, a misspelt name is an error and never an empty place."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mobilize.board import CountryRow
from mobilize.desk import inbox
from mobilize.desk.memory import Memory
from mobilize.installation import Installation
from mobilize.letter.views import in_language
from mobilize.web.guard import Pace
from mobilize.web.texts import LANGUAGES, preferred, texts
from mobilize.web.visits import Visits
from mobilize.world.countries import countries
from mobilize.world.languages import LANGUAGES as SPOKEN
from mobilize.world.languages import direction

#: Files that a page may ask for -> what they are. Nothing else below static/ is served, whatever a path says.
STATIC: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "organise.css": "text/css; charset=utf-8",
    "organise.js": "text/javascript; charset=utf-8",
    "favicon.ico": "image/x-icon",
}


@dataclass(slots=True)
class Desk:
    """What every page works with."""

    installation: Installation
    #: This moment, in UTC.
    now: Callable[[], dt.datetime]
    pace: Pace = field(default_factory=Pace)
    #: Papers are set here: a Typst compiler serves one thread and costs 60 ms and 30 MB to make.
    papers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="paper"))
    #: What was worked out from the ledger for the organisers' pages.
    memory: Memory = field(init=False)
    #: Who is signed in.
    visits: Visits = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.installation)
        self.visits = Visits(mark=self.memory.mark)

    def rows(self) -> tuple[CountryRow, ...]:
        """The board's rows, worked out once after each change."""
        return self.memory.of("rows", lambda: inbox.board_rows(self.installation))

    def close(self) -> None:
        """Give back what it holds."""
        self.papers.shutdown()
        self.memory.close()


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("mobilize.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["zip"] = zip
    return made


@functools.cache
def static(name: str) -> bytes:
    """Read one file of STATIC. Raises KeyError for any other name."""
    _ = STATIC[name]
    return resources.files("mobilize.web").joinpath("static", name).read_bytes()


def fragment(template: str, **values: object) -> Markup:
    """Make one part of a page, to be kept and put into several."""
    return Markup(_environment().get_template(template).render(**values))  # noqa: S704 - the template escapes


@functools.cache
def _stamp(name: str) -> str:
    return hashlib.sha256(static(name)).hexdigest()[:10]


def show(desk: Desk, language: str, template: str, *, status: int = 200, **values: object) -> Response:
    """Make one page in one language."""
    return HTMLResponse(rendered(desk, language, template, **values), status_code=status)


def rendered(desk: Desk, language: str, template: str, **values: object) -> str:
    """One page in one language, as text."""
    campaign = desk.installation.campaign
    made = _environment().get_template(template)
    return made.render(
        t=texts(language),
        lang=language,
        dir=direction(language),
        spoken=[(code, SPOKEN[code].own_name) for code in LANGUAGES],
        title=in_language(campaign.title, language),
        sender=campaign.sender.organisation,
        address=campaign.sender.address,
        # In a right-to-left sentence an address stays whole between these marks (Unicode UAX 9).
        address_here=f"\N{LEFT-TO-RIGHT ISOLATE}{campaign.sender.address}\N{POP DIRECTIONAL ISOLATE}",
        stamp=_stamp("style.css"),
        stamped=_stamp,
        **{"here": "", **values},
    )


@functools.cache
def country_names(language: str, codes: frozenset[str]) -> tuple[str, ...]:
    """Names of these countries in a language, in order: what a field offers while one types."""
    return tuple(sorted(countries()[code].name(language) for code in codes))


def reader_language(request: Request) -> str:
    """The language of these pages that a reader's browser asks for."""
    return preferred(request.headers.get("accept-language", ""))


def client(request: Request) -> str:
    """Where a request comes from: for the pace alone, never kept."""
    return request.client.host if request.client else ""
