"""What the JSON API lets be read: replies, one reply, the board, the letters, exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.params import Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mobilize.access.scopes import Scope
from mobilize.board import CountryRow, by_group
from mobilize.desk import clients, figures, inbox, review, status
from mobilize.desk.clients import Asking
from mobilize.desk.review import Shown
from mobilize.errors import Refused
from mobilize.replies.pages import Wanted
from mobilize.web import api_shapes as shapes
from mobilize.web.pages import Desk
from mobilize.world.countries import countries

#: Of a list, at once.
Many = Annotated[int, Query(ge=1, le=200)]
Mark = Annotated[str, Query(max_length=160, description="`next` of the page before")]

#: File -> what it is, and whether it shows only what may be published.
_FILES = {
    "replies.csv": ("text/csv; charset=utf-8", False),
    "replies.xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    "public.csv": ("text/csv; charset=utf-8", True),
}
_FILE = {"schema": {"type": "string", "format": "binary"}}


def routes(desk: Desk, opens: Callable[[Scope], Depends]) -> APIRouter:
    """The routes of these."""
    router = APIRouter()
    _replies(router, desk, opens)
    _board(router, desk, opens)
    _letters(router, desk, opens)
    return router


def _replies(router: APIRouter, desk: Desk, opens: Callable[[Scope], Depends]) -> None:
    @router.get("/replies", tags=["replies"], responses={404: {}}, dependencies=[opens(Scope.REPLIES)])
    def replies(
        *,
        needs_person: bool = False,
        kind: shapes.Kind | None = None,
        country: Annotated[str, Query(pattern="^[A-Z]{2}$")] | None = None,
        group: Annotated[str, Query(max_length=40)] | None = None,
        stance: shapes.Stance | None = None,
        language: Annotated[str, Query(max_length=16)] | None = None,
        q: Annotated[str, Query(max_length=200, description="Words that all stand in it")] = "",
        limit: Many = 50,
        after: Mark = "",
    ) -> shapes.Replies:
        """List replies, what needs a person first, then newest first within a kind."""
        codes = [each.code for each in countries().values() if each.group == group] if group else []
        if country:
            codes = [country] if not group or country in codes else []
        if (country or group) and not codes:
            return shapes.Replies(items=[], count=0, more_than_counted=False, next=None)
        wanted = Wanted(
            needs_person=needs_person,
            kinds=(kind,) if kind else (),
            countries=codes,
            stance=stance or "",
            language=language or "",
            text=q,
        )
        try:
            page = inbox.page(desk.installation, wanted, most=limit, after=after)
        except Refused as error:
            raise HTTPException(404, error.detail) from None
        return shapes.Replies(
            items=[shapes.Reply(**_coded(each)) for each in page.shown],
            count=page.count,
            more_than_counted=page.many,
            next=page.next or None,
        )

    @router.get("/replies/{reply}", tags=["replies"], responses={404: {}}, dependencies=[opens(Scope.REPLIES)])
    def one(request: Request, reply: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> shapes.OneReply:
        """One reply; with its words where the token opens them (words:read), and that is noted."""
        try:
            shown = review.one(desk.installation, reply)
        except Refused:
            raise HTTPException(404) from None
        words = None
        asking: Asking = request.state.asking
        if Scope.WORDS in asking.scopes:
            words = _words(shown)
            clients.note(desk.installation, asking, "read", reply[:12], now=desk.now())
        return shapes.OneReply(**_coded(shown), words=words)


def _coded(shown: Shown) -> dict[str, Any]:
    entry, current = shown.entry, shown.current
    return {
        "reply": entry.reply,
        # To the day: the minute at which a partner wrote is nobody's business (rules.md E).
        "received_on": entry.received_at.date(),
        "said_on": entry.said_on,
        "kind": entry.kind,
        "via": entry.via,
        "country": entry.country,
        "language": entry.language,
        "letter": entry.letter,
        "suggested_stance": entry.stance,
        "needs_person": entry.attention,
        "reviewed": bool(entry.reviewed_by),
        "country_stance": current.stance if current else None,
        "country_status": current.status.value if current else None,
    }


def _words(shown: Shown) -> shapes.Words:
    parsed = shown.entry.parsed
    lists = {name: parsed.get(name) or () for name in ("concerns", "targets", "attachments")}
    texts = {name: parsed.get(name) for name in ("subject", "from_name", "from_address", "reporter")}
    return shapes.Words(
        **{name: str(value) if value is not None else None for name, value in texts.items()},
        **{name: [str(each) for each in value] if isinstance(value, list) else [] for name, value in lists.items()},
        text=str(parsed.get("text") or ""),
        note=str(parsed.get("note") or ""),
    )


def _board(router: APIRouter, desk: Desk, opens: Callable[[Scope], Depends]) -> None:
    mine = [opens(Scope.BOARD)]

    @router.get("/countries", tags=["board"], dependencies=mine)
    def all_countries() -> shapes.Countries:
        """Where every state stands: its record, letters, replies, and stance."""
        return shapes.Countries(items=[_country(each) for each in desk.rows()])

    @router.get("/countries/{country}", tags=["board"], responses={404: {}}, dependencies=mine)
    def one_country(country: Annotated[str, Path(pattern="^[A-Z]{2}$")]) -> shapes.Country:
        """Where one state stands."""
        found = (each for each in desk.rows() if each.country.code == country)
        row = next(found, None)
        if row is None:
            raise HTTPException(404)
        return _country(row)

    @router.get("/groups", tags=["board"], dependencies=mine)
    def groups() -> shapes.Groups:
        """Where the UN's regional groups stand."""
        rows = by_group(desk.rows())
        return shapes.Groups(
            items=[
                shapes.Group(
                    group=each.group,
                    countries=each.countries,
                    letters=each.letters,
                    sent=each.sent,
                    trouble=each.trouble,
                    answered=each.answered,
                    confirmed=dict(each.confirmed),
                    suggested=dict(each.suggested),
                    disputed=each.disputed,
                )
                for each in rows
            ]
        )


def _country(row: CountryRow) -> shapes.Country:
    current = row.current
    return shapes.Country.model_validate(
        {
            "country": row.country.code,
            "name": row.country.name("en"),
            "group": row.country.group,
            "standing": row.standing.name.value,
            "letters": dict(row.letters),
            "replies": dict(row.replies),
            "stance": current.stance if current else None,
            "status": current.status.value if current else None,
            "said_on": current.said_on if current else None,
            "plans": row.plans,
        }
    )


def _letters(router: APIRouter, desk: Desk, opens: Callable[[Scope], Depends]) -> None:
    mine = [opens(Scope.LETTERS)]

    @router.get("/letters", tags=["letters"], dependencies=mine)
    def letters(
        *,
        state: shapes.State | None = None,
        country: Annotated[str, Query(pattern="^[A-Z]{2}$")] | None = None,
        limit: Many = 50,
        after: Annotated[str, Query(pattern="^[A-Za-z0-9]{0,32}$", description="`next` of the page before")] = "",
    ) -> shapes.Letters:
        """What became of the letters, in the order of their ids."""
        found, more = status.listed(
            desk.installation, state=state or "", country=country or "", after=after, most=limit
        )
        items = [
            shapes.Letter.model_validate({name: getattr(each, name) for name in shapes.Letter.model_fields})
            for each in found
        ]
        return shapes.Letters(items=items, next=found[-1].letter if more else None)

    @router.get("/rounds/{round}", tags=["letters"], dependencies=mine)
    def one_round(round: Annotated[int, Path(ge=1, le=1000)]) -> shapes.Round:
        """How a round of letters stands; one that was never begun has none."""
        standing = figures.look(desk.installation, round, now=desk.now())
        found = standing.figures
        return shapes.Round(
            round=round,
            states=dict(found.states),
            failed=dict(found.failed),
            next_try=found.next_try,
            letters_a_minute=found.a_minute,
            paused=bool(standing.paused_by),
        )

    @router.get(
        "/exports/{name}",
        tags=["exports"],
        response_class=Response,
        dependencies=[opens(Scope.EXPORTS)],
        responses={200: {"content": {kind.partition(";")[0]: _FILE for kind, _ in _FILES.values()}}},
    )
    def export(
        request: Request,
        name: Literal["replies.csv", "replies.xlsx", "public.csv"],
    ) -> Response:
        """The log as a table; public.csv: what a person confirmed, a row a country, and nothing else."""
        kind, public = _FILES[name]
        data = review.exported(desk.installation, form=name.rpartition(".")[2], public=public)
        clients.note(desk.installation, request.state.asking, "exported", name, now=desk.now())
        return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
