"""What may be published: no count below five, and none that a sum gives away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mobilize.replies.public import ALL, FEWER, LEAST, counts

GROUPS, STANCES = ("A", "B", "C"), ("cosponsor", "oppose")


def made(*numbers: int) -> dict[str, object]:
    standing = [(group, "cosponsor") for group, many in zip(GROUPS, numbers, strict=True) for _ in range(many)]
    return {str(row["group"]): row["cosponsor"] for row in counts(standing, groups=GROUPS, stances=STANCES)}


def test_a_count_below_five_is_not_told_nor_is_none() -> None:
    assert made(6, 4, 0) == {"A": 6, "B": FEWER, "C": FEWER, ALL: "5 or more"}


def test_a_total_is_told_where_it_gives_nobody_away() -> None:
    assert made(6, 7, 5)[ALL] == 18
    assert made(6, 3, 3)[ALL] == 12, "six more, in two groups"
    assert made(6, 7, 3)[ALL] == "5 or more", "the gap would be one group's"
    assert made(1, 1, 1)[ALL] == FEWER


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_nothing_small_can_be_worked_out_from_the_row(numbers: list[int]) -> None:
    told = made(*numbers)
    known = [value for name, value in told.items() if name != ALL and isinstance(value, int)]
    assert all(value >= LEAST for value in known)
    hidden = [number for number in numbers if number < LEAST]
    if isinstance(told[ALL], int) and hidden:
        assert len(hidden) > 1
        assert told[ALL] - sum(known) >= LEAST
