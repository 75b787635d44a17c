from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mobilize.campaign.seen import Seen


@given(st.lists(st.text(max_size=3), max_size=200))
def test_it_remembers_what_a_dictionary_would(texts: list[str]) -> None:
    seen = Seen()
    known: dict[str, int] = {}
    for line, text in enumerate(texts, 1):
        assert seen.first(text, line) == known.setdefault(text, line)
    assert len(seen) == len(known)


def test_it_grows_and_stays_small() -> None:
    seen = Seen()
    for line in range(1, 20_001):
        assert seen.first(f"text {line}", line) == line
    assert [seen.first(f"text {line}", 0) for line in (1, 10_000, 20_000)] == [1, 10_000, 20_000]
    assert len(seen._keys) * (seen._keys.itemsize + seen._lines.itemsize) <= 20_000 * 54


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 900)), max_size=1500))
def test_texts_of_one_name_are_told_apart(named: list[tuple[str, int]]) -> None:
    seen = Seen()
    known: dict[tuple[str, int], int] = {}
    for line, (name, number) in enumerate(named, 1):
        other = any(each[0] == name and each != (name, number) for each in known)
        first, is_taken = seen.first_named(name, str(number), line)
        is_new = (name, number) not in known
        assert first == known.setdefault((name, number), line)
        if is_new:
            assert is_taken == other
    assert len(seen) == len(known)
