"""A page of the reply log, and the board, from what the database counts and orders: for pages that many look at."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from dataclasses import dataclass
from typing import TypeAlias

from mobilize import board
from mobilize.desk.review import Shown, rows_by
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.replies import pages, stated
from mobilize.replies.pages import MOST_COUNTED, Place, Wanted
from mobilize.store import words as index
from mobilize.store.watch import Watch

#: What a page sees of the watch over the ledger.
Watching: TypeAlias = Watch

#: Replies put into the index in one transaction: some 100 ms, for which others wait.
_AT_ONCE = 100

_PLACE = re.compile(r"([0-9]{1,3}) ([0-9T:.-]+\+00:00) ([0-9a-f]{1,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some replies of a list."""

    shown: tuple[Shown, ...]
    #: How many the whole list has, up to MOST_COUNTED.
    count: int
    #: Whether there are more than that.
    many: bool
    #: Where the next page begins, as `after`; empty: this was the last.
    next: str


def page(installation: Installation, wanted: Wanted, *, most: int, after: str = "") -> Page:
    """One page of the log, what needs a person first. Raises Refused for an `after` that no page gave."""
    settle(installation)
    if wanted.text or wanted.reporter:
        find_by_words(installation)
    slug = installation.campaign.slug
    with installation.store.reading() as connection:
        found, behind = pages.listed(
            connection, slug, wanted, installation.seal, most=most, after=_place(after) if after else None
        )
        count = pages.counted(connection, slug, wanted, installation.seal)
        stands = stated.where_they_stand(connection, slug, {each.country for each in found if each.country})
    return Page(
        shown=tuple(Shown(entry=each, current=stands.get(each.country or "")) for each in found),
        count=min(count, MOST_COUNTED),
        many=count > MOST_COUNTED,
        next=_mark(behind) if behind else "",
    )


def board_rows(installation: Installation) -> tuple[board.CountryRow, ...]:
    """The board as desk.review.board_rows makes it, counted by the database.

    Each row's `current` is without the statements that it rests on: desk.review.one has them, for one country.
    """
    settle(installation)
    campaign = installation.campaign
    with installation.store.reading() as connection:
        return rows_by(connection, campaign, stated.where_they_stand(connection, campaign.slug))


def places(installation: Installation) -> tuple[str, ...]:
    """Codes of the countries of which there are replies."""
    with installation.store.reading() as connection:
        return tuple(pages.countries(connection, installation.campaign.slug))


def settle(installation: Installation) -> None:
    """Fill in what replies of an older ledger lack for the lists; done once, and looked at in no time."""
    slug = installation.campaign.slug
    with installation.store.reading() as connection:
        lacking = pages.unsettled(connection, slug)
    if lacking:
        with installation.store.writing() as connection:
            pages.settle(connection, slug)


def find_by_words(installation: Installation, *, all_keys: bool = True) -> int:
    """Put replies that are in no index into it, as those of an older ledger are. Returns how many.

    all_keys: what is hashed under an older key is found too; False: it is hashed under the newest.
    """
    done, slug, seal = 0, installation.campaign.slug, installation.seal
    while True:
        with installation.store.reading() as connection:
            left = index.missing(connection, slug, most=_AT_ONCE, key=None if all_keys else seal.word_keys[0])
        if not left:
            return done
        with installation.store.writing() as connection:
            pages.find_by_words(connection, slug, left, seal)
        done += len(left)


def watch(installation: Installation) -> Watch:
    """Watch the ledger for changes, to show again what did not change; close it in the end."""
    return installation.store.watch()


def _mark(place: Place) -> str:
    text = f"{place.place} {place.received_at.isoformat()} {place.reply}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(mark: str) -> Place:
    try:
        text = base64.b64decode(mark + "=" * (-len(mark) % 4), b"-_", validate=True).decode("ascii")
        found = _PLACE.fullmatch(text)
        if found is None:
            raise Refused("this is the beginning of no page")
        return Place(place=int(found[1]), received_at=dt.datetime.fromisoformat(found[2]), reply=found[3])
    except (ValueError, binascii.Error):
        raise Refused("this is the beginning of no page", hint="take `next` of the page before as it is") from None
