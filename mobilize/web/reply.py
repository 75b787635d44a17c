"""One reply: what it says and why, the original, the letter it answers, its files; decide, correct, assign, note."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mobilize.access.roles import Action
from mobilize.desk import answered, case, folds, original, people, review, shelf, signatures
from mobilize.desk.case import CONCERNS, FIELDS, Case
from mobilize.errors import Refused
from mobilize.inbox.folds import Fold
from mobilize.replies.doubts import doubts
from mobilize.replies.review import STANCES
from mobilize.replies.triage import READING_ORDER
from mobilize.web import filing, forms, inbox
from mobilize.web.forms import Form
from mobilize.web.organise import Signed, all_countries, country_name, note, page, signed
from mobilize.web.pages import Desk
from mobilize.world.languages import direction, primary

#: Nothing runs, loads, sends or leads anywhere; only our own page may show it, and in a frame without any right.
_ORIGINAL_POLICY = "default-src 'none'; sandbox; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

#: Fields whose deciding words are marked in the text.
_MARKED = frozenset({"stance", "concerns", "country", "targets"})


def routes(desk: Desk) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/organise/reply/{reply}")
    _looking(router, desk)
    _taking(router, desk)
    _deciding(router, desk)
    return router


def _looking(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def one(request: Request, reply: str) -> Response:
        me = await signed(desk, request, Action.READ)
        found = await _found(desk, reply)
        await run_in_threadpool(case.opened, desk.installation, found.entry.reply, by=me.person.name, now=desk.now())
        return await _page(desk, request, me, found)

    @router.get("/original")
    async def shown(request: Request, reply: str) -> Response:
        await signed(desk, request, Action.READ)
        found = await _found(desk, reply)
        try:
            body = await run_in_threadpool(original.inert, desk.installation, found.entry.reply)
        except Refused as error:
            body = f"<p>{escape(error.sentence)}</p>"
        return _in_a_frame("Original", body)

    @router.get("/folded")
    async def folded(request: Request, reply: str) -> Response:
        await signed(desk, request, Action.READ)
        found = await _found(desk, reply)
        try:
            parts = await run_in_threadpool(folds.whole, desk.installation, found.entry)
        except Refused as error:
            return _in_a_frame("All its words", f"<p>{escape(error.sentence)}</p>")
        return _in_a_frame("All its words", "".join(map(_part, parts)))


def _part(fold: Fold) -> str:
    """One part of a mail's words; what was cut stands indented. A frame without rights has no styles of ours."""
    words = Markup("<br>").join(escape(line) for line in fold.text.strip("\n").split("\n"))
    return f'<p dir="auto">{words}</p>' if fold.kept else f'<blockquote dir="auto">{words}</blockquote>'


def _in_a_frame(title: str, body: str) -> HTMLResponse:
    """A stranger's words, for a frame without rights on our own page."""
    html = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{title}</title><body dir="auto">{body}'
    return HTMLResponse(html, headers={"content-security-policy": _ORIGINAL_POLICY, "x-frame-options": "SAMEORIGIN"})


def _taking(router: APIRouter, desk: Desk) -> None:
    @router.get("/original.eml")
    async def raw(request: Request, reply: str) -> Response:
        me = await signed(desk, request, Action.READ)
        found = await _found(desk, reply)
        try:
            data = await run_in_threadpool(review.original, desk.installation, found.entry.reply)
        except Refused:
            raise HTTPException(404) from None
        await note(desk, me, "took_original", found.entry.reply[:12])
        return _to_save(f"{found.entry.reply[:12]}.eml", data)

    @router.get("/file/{place}")
    async def enclosed(request: Request, reply: str, place: int) -> Response:
        me = await signed(desk, request, Action.READ)
        found = await _found(desk, reply)
        try:
            name, data = await run_in_threadpool(original.file, desk.installation, found.entry.reply, place)
        except Refused:
            raise HTTPException(404) from None
        await note(desk, me, "took_file", f"{found.entry.reply[:12]} {place}")
        return _to_save(name, data)


def _deciding(router: APIRouter, desk: Desk) -> None:
    @router.post("")
    async def decide(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        found = await _found(desk, reply)
        try:
            await run_in_threadpool(
                case.decide,
                desk.installation,
                found.entry.reply,
                by=me.person.name,
                stance=form["stance"],
                country=form["country"],
                fields=_typed(form),
                now=desk.now(),
            )
        except Refused as error:
            # As it was typed: who corrected ten fields and mistyped one mends that one.
            typed = {**_typed(form), "country": form["country"], "stance": form["stance"]}
            return await _page(desk, request, me, found, error=error.sentence, typed=typed)
        await note(desk, me, "reviewed", found.entry.reply[:12])
        return _again(found, form)

    @router.post("/assign")
    async def assign(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        found = await _found(desk, reply)
        try:
            await run_in_threadpool(
                case.assign, desk.installation, found.entry.reply, form["person"], by=me.person.name, now=desk.now()
            )
        except Refused as error:
            return await _page(desk, request, me, found, error=error.sentence)
        await note(desk, me, "assigned", found.entry.reply[:12])
        return _again(found, form)

    @router.post("/filing")
    async def file(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        found = await _found(desk, reply)
        own = found.entry.reply
        try:
            await run_in_threadpool(filing.do, desk.installation, own, form, by=me.person.name, now=desk.now())
        except Refused as error:
            return await _page(desk, request, me, found, error=error.sentence)
        await note(desk, me, "filed", own[:12])
        return _again(found, form)

    @router.post("/note")
    async def remark(request: Request, reply: str) -> Response:
        form = await forms.read(request)
        me = await signed(desk, request, Action.REVIEW, form)
        found = await _found(desk, reply)
        try:
            await run_in_threadpool(
                case.remark, desk.installation, found.entry.reply, form["text"], by=me.person.name, now=desk.now()
            )
        except Refused as error:
            return await _page(desk, request, me, found, error=error.sentence, typed={"text": form["text"]})
        await note(desk, me, "noted", found.entry.reply[:12])
        return _again(found, form)


async def _found(desk: Desk, reply: str) -> Case:
    try:
        return await run_in_threadpool(case.look, desk.installation, reply)
    except Refused:
        raise HTTPException(404) from None


def _typed(form: Form) -> Mapping[str, str]:
    """The fields that were sent; concerns are boxes to be ticked, and a page says that it has them."""
    sent = {name: form[name] for name in FIELDS if name in form.fields}
    if form["has_concerns"]:
        sent["concerns"] = " ".join(each for each in CONCERNS if form[f"concern_{each}"])
    return sent


def _again(found: Case, form: Form) -> Response:
    back = inbox.query(inbox.chosen(form["back"]))
    return RedirectResponse(f"/organise/reply/{found.entry.reply}{'?' if back else ''}{back}", status_code=303)


def _to_save(name: str, data: bytes) -> Response:
    """A stranger's bytes, to be saved and never shown: no type by which a browser would open them."""
    plain = "".join(each if each.isascii() else "_" for each in name)
    quoted = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else _percent(each) for each in name)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted}",
            "content-security-policy": _ORIGINAL_POLICY,
        },
    )


def _percent(sign: str) -> str:
    return "".join(f"%{each:02X}" for each in sign.encode())


async def _page(
    desk: Desk,
    request: Request,
    me: Signed,
    found: Case,
    *,
    error: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    entry, parsed = found.entry, found.entry.parsed
    choice = inbox.chosen(request.url.query)
    letter = await run_in_threadpool(answered.letter, desk.installation, entry.letter) if entry.letter else None
    try:
        files = await run_in_threadpool(original.files, desk.installation, entry.reply)
    except Refused:
        files = ()
    vouched = await run_in_threadpool(
        lambda: signatures.of(desk.installation, review.one(desk.installation, entry.reply))
    )
    belongs = await run_in_threadpool(filing.of, desk.installation, entry.reply)
    before, behind = await run_in_threadpool(shelf.beside, desk.installation, choice, entry.reply)
    accounts = await run_in_threadpool(people.everybody, desk.installation)
    evidence = [each for each in _list(parsed.get("evidence")) if isinstance(each, dict)]
    words = {str(each.get("words") or ""): str(each.get("field")) for each in evidence if each.get("field") in _MARKED}
    return page(
        desk,
        request,
        me,
        "reply.html",
        status=422 if error else 200,
        case=found,
        entry=entry,
        parsed=parsed,
        country=country_name(entry.country),
        vouched=vouched,
        belongs=belongs,
        text=marked(str(parsed.get("text") or ""), words),
        note=marked(str(parsed.get("note") or ""), words),
        trail=[
            (each, marked(str(each.get("text") or ""), words))
            for each in _list(parsed.get("trail"))
            if isinstance(each, dict)
        ],
        evidence=evidence,
        doubts=doubts(evidence),
        way=direction(primary(entry.language)) if entry.language else "auto",
        letter=letter,
        letters=await run_in_threadpool(case.letters_to, desk.installation, found),
        files=files,
        history=history(found, belongs),
        persons=[each.name for each in accounts if not each.disabled],
        stances=STANCES,
        kinds=READING_ORDER,
        concerns=CONCERNS,
        places=all_countries(),
        query=inbox.query(choice),
        back=inbox.address(choice),
        before=before,
        behind=behind,
        error=error,
        filled={"country": entry.country, "stance": found.stance, "text": "", **found.values, **typed},
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def history(found: Case, belongs: filing.Belongs) -> list[tuple[dt.datetime, str, str, str]]:
    """Who did what with a reply: moment, who, what, and the words of it, oldest first."""
    lines = [
        (each.recorded_at, each.by, f"says of {country_name(each.country)}", each.stance or "states none")
        for each in found.statements
    ]
    lines += [
        (
            each.at,
            each.by,
            f"changed {each.field.replace('_', ' ')}",
            f"{each.before or 'nothing'} → {each.after or 'nothing'}",
        )
        for each in found.changes
    ]
    lines += [(each.at, each.by, "noted", each.text) for each in found.remarks]
    lines += [(each.at, each.by, "gave it to", each.person or "nobody") for each in found.handed]
    lines += [(each.at, each.by, *filing.in_words(each)) for each in belongs.history]
    return sorted(lines)


def marked(text: str, words: Mapping[str, str]) -> Markup:
    """Escape a text, and mark the words that decided, each with the field that it decided.

    words: words as the mail has them -> field. Line ends and blanks between them may differ.
    """
    made, place = Markup(""), 0
    for start, end, field in sorted(_spans(text, words)):
        if start >= place:
            made += escape(text[place:start]) + Markup('<mark title="decides: {}">{}</mark>').format(
                field, text[start:end]
            )
            place = end
    return made + escape(text[place:])


def _spans(text: str, words: Mapping[str, str]) -> Iterable[tuple[int, int, str]]:
    for each, field in words.items():
        pieces = each.split()
        if pieces and (found := re.search(r"\s+".join(re.escape(piece) for piece in pieces), text)):
            yield found.start(), found.end(), field
