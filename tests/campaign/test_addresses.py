from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.campaign import addresses


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a@b.org", ["a@b.org"]),
        ("a@b.org; c@d.org", ["a@b.org", "c@d.org"]),
        ("c@d.org,a@b.org", ["c@d.org", "a@b.org"]),
        ("a@b.org / c@d.org", ["a@b.org", "c@d.org"]),
        ("a@b.org/c@d.org", ["a@b.org", "c@d.org"]),
        ("a@b.org\nc@d.org", ["a@b.org", "c@d.org"]),
        ("a@b.org c@d.org", ["a@b.org", "c@d.org"]),
        ("a@b.org；c@d.org", ["a@b.org", "c@d.org"]),
        ("a@b.org;;", ["a@b.org"]),
        ("protocol/office@mfa.example", ["protocol/office@mfa.example"]),
        ('"a;b"@x.org; c@d.org', ['"a;b"@x.org', "c@d.org"]),
        ("o'neil@Parl.IE", ["o'neil@parl.ie"]),
        ("minister@mfa.ke.example", ["minister@mfa.ke.example"]),
        ("用户@例子.example", ["用户@xn--fsqu00a.example"]),
        ("info@münchen.example", ["info@xn--mnchen-3ya.example"]),
        ("a@XN--E1AFMKFD.xn--p1ai", ["a@xn--e1afmkfd.xn--p1ai"]),
    ],
)
def test_addresses_of_a_cell_keep_their_order_and_go_out_in_ascii_domains(cell: str, expected: list[str]) -> None:
    found = addresses.read(cell)
    assert list(found.addresses) == expected
    assert found.faults == ()


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("", "no address"),
        ("none", "must have an @-sign"),
        ("a@@b.org", "invalid characters"),
        ("a@b", "should have a period"),
        ("a@b..org", "two periods in a row"),
        ("x y@b.org", "SPACE"),
        ("a@localhost", "period"),
        ("Minister <a@b.org>", "write the address alone: a@b.org"),
        ("mailto:a@b.org", "write the address alone: a@b.org"),
        ("a@b.org, see notes", "must have an @-sign"),
        ("a\u202eb@c.org", "unseen character"),
        ("a" * 65 + "@b.org", "too long"),
        ("a@b.org\r\nBcc: x@y.org", "@-sign"),
    ],
)
def test_an_address_that_cannot_be_says_why(cell: str, sentence: str) -> None:
    assert sentence in addresses.read(cell).faults[0][1]


def test_an_address_that_stands_twice_in_a_cell_is_kept_once() -> None:
    found = addresses.read("A@b.org; a@B.org; c@d.org")
    assert found.addresses == ("A@b.org", "c@d.org")
    assert found.repeated == ("a@b.org",)


def test_a_row_is_no_mailing_list() -> None:
    found = addresses.read("; ".join(f"a{number}@b.org" for number in range(11)))
    assert "each sees all the others" in found.faults[0][1]


def test_what_mail_programs_write_around_an_address_can_be_taken_away() -> None:
    assert addresses.bare("Minister <a@b.org>; mailto:c@d.org") == "a@b.org; c@d.org"
    assert addresses.bare("a@b.org / c@d.org") == "a@b.org / c@d.org"


@given(st.text(max_size=60))
def test_no_text_makes_it_raise_and_no_address_holds_a_control_character(cell: str) -> None:
    for address in addresses.read(cell).addresses:
        assert address.isprintable()
        assert "@" in address


@given(
    st.text("abcZ09.!#'*+/-_", min_size=1, max_size=70),
    st.text("abcZ09.-xn_", min_size=1, max_size=70),
    st.sampled_from(["", ".org"]),
)
def test_the_short_way_for_usual_addresses_says_what_the_library_says(local: str, domain: str, end: str) -> None:
    text = f"{local}@{domain}{end}"
    assert addresses.examine(text) == addresses._examined(text)
