"""What partners tell: which government answered what, and where they go next. Both land in the reply log."""

from __future__ import annotations

import datetime as dt
import re

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.desk import hand_out, hear
from mobilize.inbox.form import STANCES, Told
from mobilize.letter.escape import plain
from mobilize.web import forms, guard, texts
from mobilize.web.api_shapes import Heard, Plans
from mobilize.web.forms import Form
from mobilize.web.pages import Desk, client, country_names, show
from mobilize.web.partner import spoken
from mobilize.world.countries import countries

#: Name of a field that people do not see: who fills it in is a machine.
TRAP = "fax_number"

_FIELDS = ("country", "who", "text", "said_on", "stance", "organisation", "email", "countries", "note")

#: What stands between names of countries, in any of the languages.
_BETWEEN = re.compile(r"[\n,;،؛、，；]+")


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter()

    @router.get("/{lang}/heard")
    def heard(lang: str) -> Response:
        return _page(desk, spoken(lang), "heard", Form(fields={}))

    @router.post("/{lang}/heard")
    async def tell_heard(request: Request, lang: str) -> Response:
        return await _tell(desk, request, spoken(lang), "heard")

    @router.get("/{lang}/plans")
    def plans(lang: str) -> Response:
        return _page(desk, spoken(lang), "plans", Form(fields={}))

    @router.post("/{lang}/plans")
    async def tell_plans(request: Request, lang: str) -> Response:
        return await _tell(desk, request, spoken(lang), "plans")

    @router.get("/{lang}/thanks")
    def thanks(lang: str) -> Response:
        return show(desk, spoken(lang), "thanks.html", here="thanks")

    return router


def _page(
    desk: Desk, language: str, kind: str, form: Form, *, error: str = "", choices: tuple[str, ...] = ()
) -> Response:
    return show(
        desk,
        language,
        f"{kind}.html",
        status=422 if error else 200,
        number=guard.form_number(desk.installation.secret, desk.now()),
        filled={name: form[name] for name in _FIELDS},
        names=country_names(language, frozenset(countries())),
        choices=[(code, countries()[code].name(language)) for code in choices],
        stances=STANCES,
        trap=TRAP,
        error=error,
        here=kind,
    )


async def _tell(desk: Desk, request: Request, language: str, kind: str) -> Response:
    if not guard.from_our_page(request.headers, desk.installation.settings.public_url):
        raise HTTPException(403)
    if not desk.pace.allows("tell", client(request)):
        raise HTTPException(429)
    form = await forms.read(request)
    now = desk.now()
    if form[TRAP] or not guard.form_holds(desk.installation.secret, form["number"], now):
        # Kept on the page, with a new number: a person sends it again, a machine does not.
        return _page(desk, language, kind, form, error=texts.texts(language)["err_expired"])
    told = (_heard if kind == "heard" else _plans)(desk, language, form, now)
    if isinstance(told, Response):
        return told
    await run_in_threadpool(hear.take_in, desk.installation, told, now=now)
    return RedirectResponse(f"/{language}/thanks", status_code=303)


def _heard(desk: Desk, language: str, form: Form, now: dt.datetime) -> Told | Response:
    t = texts.texts(language)
    found = hand_out.find_country(form["country"])
    error = ""
    if form.too_long:
        error = t["err_long"]
    elif len(found) != 1:
        error = t["err_country_many"] if found else t["err_country_none"]
    elif not form["text"] and form["stance"] not in STANCES:
        error = t["err_text"]
    elif form["said_on"] and not _is_day(form["said_on"]):
        error = t["err_day"]
    if error:
        return _page(desk, language, "heard", form, error=error, choices=found if len(found) > 1 else ())
    return Told(
        form=form["number"],
        day=now.date().isoformat(),
        country=found[0],
        stance=form["stance"] if form["stance"] in STANCES else "",
        text=form["text"],
        who=form["who"],
        said_on=form["said_on"],
        organisation=form["organisation"],
        email=form["email"],
    )


def _plans(desk: Desk, language: str, form: Form, now: dt.datetime) -> Told | Response:
    t = texts.texts(language)
    typed = [name.strip() for name in _BETWEEN.split(form["countries"]) if name.strip()]
    found = [(name, hand_out.find_country(name)) for name in typed]
    unknown = [name for name, codes in found if len(codes) != 1]
    if form.too_long:
        return _page(desk, language, "plans", form, error=t["err_long"])
    if unknown or not typed:
        error = t["err_countries"].format(names=", ".join(unknown)) if unknown else t["err_country_none"]
        return _page(desk, language, "plans", form, error=error)
    return Told(
        form=form["number"],
        day=now.date().isoformat(),
        text=form["note"],
        targets=tuple(dict.fromkeys(codes[0] for _, codes in found)),
        organisation=form["organisation"],
        email=form["email"],
    )


def told_by_program(report: Heard | Plans) -> Told:
    """What a program reports, as the form tells it: controls and what nobody sees taken out."""
    if isinstance(report, Plans):
        return Told(
            form="",
            day="",
            text=forms.lines(report.note),
            targets=tuple(dict.fromkeys(report.targets)),
            organisation=plain(report.organisation),
            email=plain(report.email),
        )
    return Told(
        form="",
        day="",
        country=report.country,
        stance=report.stance or "",
        text=forms.lines(report.text),
        who=plain(report.who),
        said_on=report.said_on.isoformat() if report.said_on else "",
        organisation=plain(report.organisation),
        email=plain(report.email),
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
