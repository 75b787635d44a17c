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
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mobilize.desk.inbox import Watching, watch
from mobilize.installation import Installation
from mobilize.letter.views import in_language
from mobilize.web.guard import Pace
from mobilize.web.kept import Kept
from mobilize.web.texts import LANGUAGES, preferred, texts
from mobilize.world.countries import countries
from mobilize.world.languages import LANGUAGES as SPOKEN
from mobilize.world.languages import direction

#: Files that a page may ask for -> what they are. Nothing else below static/ is served, whatever a path says.
STATIC: Mapping[str, str] = {"style.css": "text/css; charset=utf-8"}


@dataclass(slots=True)
class Desk:
    """What every page works with."""

    installation: Installation
    #: This moment, in UTC.
    now: Callable[[], dt.datetime]
    pace: Pace = field(default_factory=Pace)
    #: Papers are set here: a Typst compiler serves one thread and costs 60 ms and 30 MB to make.
    papers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="paper"))
    watch: Watching = field(init=False)
    #: Pages that are shown again as long as the ledger does not change.
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.watch = watch(self.installation)
        self.kept = Kept(mark=self.watch.mark)

    def close(self) -> None:
        """End its threads, give its connection back."""
        self.papers.shutdown()
        self.watch.close()


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mobilize.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def static(name: str) -> bytes:
    """Read one file of STATIC. Raises KeyError for any other name."""
    _ = STATIC[name]
    return resources.files("mobilize.web").joinpath("static", name).read_bytes()


@functools.cache
def _stamp(name: str) -> str:
    return hashlib.sha256(static(name)).hexdigest()[:10]


def show(desk: Desk, language: str, template: str, *, status: int = 200, **values: object) -> Response:
    """Make one page in one language."""
    return HTMLResponse(rendered(desk, language, template, **values), status_code=status)


def rendered(desk: Desk, language: str, template: str, **values: object) -> str:
    """One page in one language, as text."""
    campaign = desk.installation.campaign
    return (
        _environment()
        .get_template(template)
        .render(
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
            **{"here": "", **values},
        )
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
