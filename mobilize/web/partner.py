"""The partner's pages: choose a country, see the letter, take it away. No account, no cookie, nothing kept.

Names travel in POST bodies, never in an address: addresses stay in histories and in the logs of machines between.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mobilize.desk import hand_out
from mobilize.desk.hand_out import Ask
from mobilize.errors import FontMissing, Refused
from mobilize.letter.partner import Partner
from mobilize.letter.picture import rebuilt
from mobilize.web import forms, texts
from mobilize.web.forms import Form
from mobilize.web.pages import Desk, client, country_names, reader_language, show
from mobilize.world.countries import countries
from mobilize.world.languages import LANGUAGES as SPOKEN
from mobilize.world.languages import direction

#: Fields that go from page to page.
FIELDS = ("country", "organisation", "language", "place", "address", "signatory", "office")


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter()
    _beginnings(router, desk)
    _letters(router, desk)
    return router


def _beginnings(router: APIRouter, desk: Desk) -> None:
    @router.get("/")
    def root(request: Request) -> Response:
        language = reader_language(request)
        return RedirectResponse(f"/{language}/", status_code=303, headers={"vary": "accept-language"})

    @router.get("/p/{token}")
    def short(request: Request, token: str) -> Response:
        """Lead a personal link to its page in its own language."""
        owner = _owner(desk, request, token)
        language = owner["language"] if owner["language"] in texts.LANGUAGES else texts.LANGUAGES[0]
        return RedirectResponse(f"/{language}/p/{token.lower()}", status_code=303)

    @router.get("/{lang}/p/{token}")
    def personal(request: Request, lang: str, token: str) -> Response:
        language = spoken(lang)
        return _start(desk, language, _owner(desk, request, token), here=f"p/{token}")

    @router.get("/{lang}/")
    def start(lang: str) -> Response:
        return _start(desk, spoken(lang), {})

    @router.post("/{lang}/")
    async def again(request: Request, lang: str) -> Response:
        """The start page with what was filled in before: to change one thing of it."""
        return _start(desk, spoken(lang), (await forms.read(request)).fields)


def _letters(router: APIRouter, desk: Desk) -> None:
    @router.get("/{lang}/letter")
    @router.get("/{lang}/letter/{form}")
    def no_letter(lang: str, form: str = "") -> Response:  # noqa: ARG001 - the path has it
        # Typed in, or a page loaded anew by a browser that was closed.
        return RedirectResponse(f"/{spoken(lang)}/", status_code=303)

    @router.post("/{lang}/letter")
    async def letter(request: Request, lang: str) -> Response:
        return await _letter(desk, spoken(lang), await forms.read(request))

    @router.post("/{lang}/letter/{form}")
    async def take(request: Request, lang: str, form: str) -> Response:
        language = spoken(lang)
        if form not in hand_out.FORMS:
            raise HTTPException(404)
        if not desk.pace.allows("paper", client(request)):
            raise HTTPException(429)
        return await _take(desk, language, await forms.read(request), form)


def spoken(language: str) -> str:
    """A language of the pages, as a path names it; raises 404 for any other."""
    if language not in texts.LANGUAGES:
        raise HTTPException(404)
    return language


def _owner(desk: Desk, request: Request, token: str) -> Mapping[str, str]:
    """What a personal link fills in. Every token that is wrong, for whatever reason, is answered alike."""
    if not desk.pace.allows("link", client(request)):
        raise HTTPException(429)
    contact = hand_out.link_owner(desk.installation, token, today=desk.now().date())
    if contact is None:
        raise HTTPException(404)
    country = countries()[contact.country]
    language = contact.language.partition("-")[0] or country.language
    return {"country": country.name(language), "organisation": contact.organisation, "language": language}


def _start(
    desk: Desk,
    language: str,
    filled: Mapping[str, str],
    *,
    error: str = "",
    choices: tuple[str, ...] = (),
    here: str = "",
) -> Response:
    campaign = desk.installation.campaign
    return show(
        desk,
        language,
        "start.html",
        status=422 if error else 200,
        filled={name: filled.get(name, "") for name in FIELDS},
        chosen=filled.get("language") or language,
        names=country_names(language, hand_out.offered(desk.installation)),
        choices=[(code, countries()[code].name(language)) for code in choices],
        languages=[(code, SPOKEN[code].own_name if code in SPOKEN else code) for code in campaign.languages],
        error=error,
        here=here,
    )


def _ask(desk: Desk, language: str, form: Form) -> Ask | Response:
    """What is asked for, or the start page that says what is missing."""
    t = texts.texts(language)
    again = functools.partial(_start, desk, language, form.fields)
    found = hand_out.find_country(form["country"])
    if form.too_long:
        return again(error=t["err_long"])
    if not found:
        return again(error=t["err_country_none"])
    if len(found) > 1:
        return again(error=t["err_country_many"], choices=found)
    if not form["organisation"]:
        return again(error=t["err_organisation"])
    wanted = form["language"] or language
    known = desk.installation.campaign.languages
    return Ask(
        country=found[0],
        language=wanted if wanted in known else known[0],
        logo=form.file,
        partner=Partner(
            organisation=form["organisation"],
            place=form["place"],
            address=form["address"],
            signatory=form["signatory"],
            office=form["office"],
        ),
    )


async def _letter(desk: Desk, language: str, form: Form, *, error: str = "") -> Response:
    ask = _ask(desk, language, form)
    if isinstance(ask, Response):
        return ask
    work = functools.partial(hand_out.page, desk.installation, ask, today=desk.now().date())
    try:
        page = await asyncio.get_running_loop().run_in_executor(desk.papers, work)
    except Refused:
        address = desk.installation.campaign.sender.address
        return _start(desk, language, form.fields, error=texts.texts(language)["no_letter"].format(address=address))
    return show(
        desk,
        language,
        "letter.html",
        status=422 if error else 200,
        page=page,
        letter=page.letter,
        letter_dir=direction(page.letter.language),
        filled={name: form[name] for name in FIELDS} | {"country": ask.country, "language": ask.language},
        country=countries()[ask.country].name(language),
        forms=list(hand_out.FORMS),
        error=error,
    )


async def _take(desk: Desk, language: str, form: Form, wanted: str) -> Response:
    ask = _ask(desk, language, form)
    if isinstance(ask, Response):
        return ask
    t = texts.texts(language)
    if ask.logo:
        try:
            rebuilt(ask.logo)
        except Refused:
            return await _letter(desk, language, form, error=t["err_logo"])
    words = texts.texts(ask.language)
    work = functools.partial(hand_out.taken, desk.installation, ask, wanted, today=desk.now().date(), words=words)
    try:
        name, data = await asyncio.get_running_loop().run_in_executor(desk.papers, work)
    except FontMissing:
        return await _letter(desk, language, form, error=t["err_font"])
    except Refused:
        return await _letter(desk, language, form)
    # The name is ours: letters, digits and hyphens (desk.hand_out).
    head = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=hand_out.FORMS[wanted], headers=head)
