"""The reply token: unguessable, indifferent to case, ending with the campaign."""

from __future__ import annotations

import datetime as dt

from mobilize.letter import token
from mobilize.letter.merge import LetterId

KEY = b"a secret of this installation"
LETTER = LetterId("abcdefgh2345")
END = dt.date(2014, 1, 31)


def test_a_token_names_its_letter_until_its_day_is_over() -> None:
    made = token.make(KEY, LETTER, END)
    assert token.read(KEY, made, END) == LETTER
    assert token.read(KEY, made, END + dt.timedelta(days=1)) is None


def test_a_server_that_folds_case_does_no_harm() -> None:
    made = token.make(KEY, LETTER, END)
    assert made == made.lower()
    assert token.read(KEY, made.upper(), END) == LETTER


def test_one_changed_character_is_none_of_ours() -> None:
    made = token.make(KEY, LETTER, END)
    for place in range(len(made)):
        other = "a" if made[place] != "a" else "b"
        assert token.read(KEY, made[:place] + other + made[place + 1 :], END) is None


def test_another_key_reads_nothing() -> None:
    assert token.read(b"another", token.make(KEY, LETTER, END), END) is None


def test_rubbish_is_none_of_ours() -> None:
    for text in ("", "x", "=" * 32, "é" * 32, "a" * 32, "a" * 10_000):
        assert token.read(KEY, text, END) is None


def test_the_address_fits_the_limits_of_mail() -> None:
    address = token.reply_address("wluml@wluml.org", token.make(KEY, LETTER, END))
    assert address.startswith("wluml+r.")
    assert address.endswith("@wluml.org")
    assert len(address.rpartition("@")[0]) <= 64
