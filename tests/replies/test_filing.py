"""Where a reply stands after all that people did with it."""

from __future__ import annotations

import datetime as dt

from mobilize.replies.filing import Deed, Filing, Place, live, placed

KE, UG = Place("KE", "l-ke"), Place("UG", "l-ug")


def deed(
    number: int, what: Deed, place: Place | None = None, *, undoes: int | None = None, same_as: str = ""
) -> Filing:
    return Filing(
        number=number,
        reply="r",
        deed=what,
        country=place.country if place else None,
        letter=place.letter if place else None,
        same_as=same_as or None,
        undoes=undoes,
        by="amina",
        at=dt.datetime(2026, 11, 26, tzinfo=dt.UTC),
    )


def test_nothing_done_leaves_the_parser_s_guess() -> None:
    found = placed(KE, [])
    assert (found.places, found.by_person, found.same_as) == ((KE,), False, None)


def test_a_move_leaves_one_place_and_a_split_adds_one() -> None:
    assert placed(KE, [deed(1, Deed.MOVED, UG)]).places == (UG,)
    assert placed(KE, [deed(1, Deed.ALSO, UG)]).places == (KE, UG)
    assert placed(KE, [deed(1, Deed.ALSO, UG), deed(2, Deed.ALSO, UG)]).places == (KE, UG)
    assert placed(Place(None, None), [deed(1, Deed.ALSO, UG)]).places == (UG,)


def test_undoing_can_be_undone_by_doing_it_again_and_the_order_of_rows_does_not_matter() -> None:
    rows = [deed(1, Deed.MOVED, UG), deed(2, Deed.UNDONE, undoes=1), deed(3, Deed.MERGED, same_as="other")]
    assert placed(KE, rows).places == (KE,)
    assert placed(KE, rows).same_as == "other"
    assert placed(KE, reversed(rows)) == placed(KE, rows)
    assert [each.number for each in live(rows)] == [3]
    assert live([*rows, deed(4, Deed.UNDONE, undoes=3)]) == ()
