"""What becomes of each row of contacts.csv, and what the user reads about it."""

from __future__ import annotations

import datetime as dt

import pytest

from mobilize.campaign import contacts, tables
from mobilize.campaign.columns import CONTACTS, CONTACTS_WRITTEN
from mobilize.campaign.contacts import Audience, Gender
from mobilize.campaign.faults import Weight

HEAD = ",".join(CONTACTS_WRITTEN)
GOOD = {
    "country": "KE",
    "audience": "minister",
    "organisation": "Ministry of Foreign Affairs",
    "office": "Minister for Foreign Affairs",
    "email": "minister@mfa.ke.example",
    "source": "invented",
    "checked_on": "2013-11-01",
}


def row(**changes: str) -> str:
    cells = {**GOOD, **changes}
    return ",".join('"' + cells.get(column, "").replace('"', '""') + '"' for column in CONTACTS_WRITTEN)


def reading(*rows: str) -> contacts.Reading:
    data = "\n".join((HEAD, *rows)).encode()
    return contacts.read(tables.read(data, path="contacts.csv", layout=CONTACTS))


def told(*rows: str) -> list[str]:
    return [str(fault) for fault in reading(*rows).faults]


def test_a_good_row_becomes_a_contact() -> None:
    contact = reading(row(gender="F", accreditation="", sensitive="yes", language="sw", notes="a\nb")).contacts[0]
    assert contact.country == "KE"
    assert contact.audience is Audience.MINISTER
    assert contact.gender is Gender.F
    assert contact.emails == ("minister@mfa.ke.example",)
    assert contact.sensitive
    assert contact.checked_on == dt.date(2013, 11, 1)
    assert contact.line == 2
    assert contact.notes == "a\nb"


def test_namibia_is_a_country() -> None:
    assert reading(row(country="NA")).contacts[0].country == "NA"


@pytest.mark.parametrize(
    ("country", "sentence"),
    [
        ("", "the country is empty: write its two-letter code (KE for Kenya)"),
        ("KEN", 'write "KE", the two-letter code of Kenya'),
        ("Kenya", 'write "KE", the two-letter code of Kenya'),
        ("Côte d'Ivoire", 'write "CI", the two-letter code of Côte d’Ivoire'),
        ("UK", 'write "GB", the two-letter code of United Kingdom of Great Britain and Northern Ireland'),
        ("Kenia ", 'write "KE", the two-letter code of Kenya'),
        ("Knya", 'not a country that is known here: is "KE" (Kenya) meant?'),
        ("XX", "not a member state or observer of the United Nations: write its two-letter code (KE for Kenya)"),
    ],
)
def test_a_country_that_is_no_code_says_which_code_to_write(country: str, sentence: str) -> None:
    found = reading(row(country=country))
    assert found.contacts == ()
    assert [(fault.line, fault.column, fault.sentence.replace("'", "’")) for fault in found.faults] == [
        (2, "country", sentence.replace("'", "’"))
    ]


def test_a_code_in_small_letters_is_the_same_code() -> None:
    assert reading(row(country="ke")).contacts[0].country == "KE"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"audience": "ministry"}, "contacts.csv:2: audience 'ministry': write \"minister\""),
        ({"audience": "x"}, "contacts.csv:2: audience 'x': write one of minister, nhri, ngo"),
        ({"gender": "Mme"}, "contacts.csv:2: gender 'Mme': write \"f\""),
        ({"gender": "h"}, "contacts.csv:2: gender 'h': write \"m\""),
        ({"gender": "d"}, "contacts.csv:2: gender 'd': write f or m, or nothing: then the letter has both forms"),
        ({"language": "English"}, "contacts.csv:2: language 'English': write \"en\""),
        ({"sensitive": "maybe"}, 'contacts.csv:2: sensitive \'maybe\': write "yes", or "no" or nothing'),
        (
            {"organisation": ""},
            "contacts.csv:2: organisation: the organisation is empty: write its name as on an envelope",
        ),
        (
            {"office": ""},
            "contacts.csv:2: office: the office is empty: write it as addressed (Minister for Foreign Affairs)",
        ),
        ({"checked_on": "13.11.2013"}, "contacts.csv:2: checked_on '13.11.2013': write 2013-11-13"),
        (
            {"checked_on": "12/11/2013"},
            (
                "contacts.csv:2: checked_on '12/11/2013': write year-month-day (2013-11-12): it cannot be known which "
                "number is the month"
            ),
        ),
        ({"checked_on": "2013-02-30"}, "contacts.csv:2: checked_on '2013-02-30': there is no such day"),
        (
            {"accreditation": "C"},
            "contacts.csv:2: accreditation 'C': write A or B, or nothing where the institution has neither",
        ),
        (
            {"email": "minister@@mfa.example"},
            (
                "contacts.csv:2: email 'minister@@mfa.example': not an address that can be: the part after the @-sign "
                "contains invalid characters: '@'"
            ),
        ),
        (
            {"organisation": "evil\u202ename"},
            (
                "contacts.csv:2: organisation 'evil\\u202ename': an unseen character stands in it (U+202E): "
                "type the value anew"
            ),
        ),
        (
            {"name": "nul\x00"},
            "contacts.csv:2: name 'nul\\x00': an unseen character stands in it (U+0000): type the value anew",
        ),
        (
            {"office": "x" * 201},
            f"contacts.csv:2: office '{'x' * 60}': 201 characters, where 200 fit on a line of the letter: shorten it",
        ),
        (
            {"office": "Ministre des Affaires \ufffdtrang\ufffdres"},
            (
                "contacts.csv:2: office 'Ministre des Affaires \ufffdtrang\ufffdres': a letter was lost here "
                "before (U+FFFD): save the file again from its source, as UTF-8"
            ),
        ),
    ],
)
def test_a_wrong_value_names_line_column_value_and_what_to_do(changes: dict[str, str], expected: str) -> None:
    assert told(row(**changes)) == [expected]
    assert reading(row(**changes)).contacts == ()


def test_a_word_for_sensitive_that_is_not_understood_never_becomes_no() -> None:
    assert reading(row(sensitive="oui")).contacts == ()


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found = reading(row(country="XX", email="x", gender="q", checked_on="soon"))
    assert [fault.column for fault in found.faults] == ["country", "email", "gender", "checked_on"]
    assert len(found.refused) == 1


def test_an_ngo_needs_no_office() -> None:
    assert reading(row(audience="ngo", office="")).contacts[0].office == ""


def test_the_same_address_twice_is_refused_on_its_second_line_whatever_its_case() -> None:
    found = reading(row(), row(country="UG", email="MINISTER@mfa.ke.example; b@b.example"))
    assert [contact.country for contact in found.contacts] == ["KE"]
    assert [str(fault) for fault in found.faults] == [
        (
            "contacts.csv:3: email 'MINISTER@mfa.ke.example': this address stands on line 2 already: it would be "
            "written to twice; keep it in one row"
        )
    ]


def test_the_same_office_twice_is_refused_on_its_second_line() -> None:
    found = reading(row(), row(organisation="MINISTRY of  Foreign Affairs", email="other@mfa.ke.example"))
    assert len(found.contacts) == 1
    assert "the same office of the same organisation stands on line 2 already" in str(found.faults[0])


def test_two_organisations_with_the_same_short_name_are_two_contacts() -> None:
    """Their names agree in 32 bits of SHA-256: among a million contacts some do, and each is to be written to."""
    first, second = "Lantern 32616", "Lantern 103080"
    rows = [
        row(audience="ngo", organisation=each, office="", email=f"{n}@b.example")
        for n, each in enumerate((first, second))
    ]
    found = reading(*rows)
    assert not [fault for fault in found.faults if fault.weight is Weight.ERROR]
    ids = [contact.id for contact in found.contacts]
    assert ids[1].startswith(ids[0])
    assert [len(each) for each in ids] == [len("ke-ngo-30f4d033"), len("ke-ngo-30f4d033") + 16]
    alone = reading(rows[1])
    assert alone.contacts[0].id == ids[0], "the first of them keeps the name that it always had"
    again = reading(*rows, row(audience="ngo", organisation=second.upper(), office="", email="3@b.example"))
    assert "stands on line 3 already" in str(again.faults[-1])


def test_a_refused_row_does_not_take_an_address_away_from_a_good_one() -> None:
    found = reading(row(country="XX"), row())
    assert [contact.line for contact in found.contacts] == [3]


def test_an_address_twice_in_one_row_is_written_to_once_and_told() -> None:
    found = reading(row(email="a@b.example; A@b.example; c@d.example"))
    assert found.contacts[0].emails == ("a@b.example", "c@d.example")
    assert [fault.weight for fault in found.faults] == [Weight.WARNING]


def test_a_row_without_a_source_is_used_and_warned_of() -> None:
    found = reading(row(source=""))
    assert len(found.contacts) == 1
    assert [(fault.column, fault.weight) for fault in found.faults] == [("source", Weight.WARNING)]


def test_a_line_break_in_a_name_becomes_a_blank() -> None:
    assert reading(row(organisation="Ministry\nof   Foreign\tAffairs")).contacts[0].organisation == (
        "Ministry of Foreign Affairs"
    )


def test_markup_in_a_value_is_data() -> None:
    contact = reading(row(name='<b>{{7*7}}</b> #set page(width: 1pt) =cmd|"x"')).contacts[0]
    assert contact.name == '<b>{{7*7}}</b> #set page(width: 1pt) =cmd|"x"'


def test_an_id_stays_when_address_name_and_notes_change_and_not_when_the_office_does() -> None:
    first = reading(row()).contacts[0].id
    assert first == reading(row(email="new@mfa.ke.example", name="New", notes="x", gender="f")).contacts[0].id
    assert first != reading(row(office="Minister for Trade")).contacts[0].id
    assert first.startswith("ke-minister-")
    assert len(first) == len("ke-minister-") + 8


def test_every_row_is_a_contact_or_a_refusal() -> None:
    lines = [row(), row(country="XX"), "KE,ngo", row(audience="ngo", office="", email="o@n.example"), '"torn" x,']
    found = reading(*lines)
    fates = sorted([contact.line for contact in found.contacts] + [refusal.row.line for refusal in found.refused])
    assert fates == [2, 3, 4, 5, 6]
    assert all(refusal.reason for refusal in found.refused)


def test_a_table_without_a_needed_column_gives_no_contact_and_one_fault() -> None:
    table = tables.read(b"country,audience,organisation\nKE,ngo,x\n", path="contacts.csv", layout=CONTACTS)
    found = contacts.read(table)
    assert (found.contacts, found.refused) == ((), ())
    assert [fault.column for fault in found.faults] == ["email"]


def test_contacts_are_stale_after_the_days_that_the_campaign_says() -> None:
    found = reading(
        row(checked_on="2013-08-14"),
        row(country="UG", email="b@b.example", checked_on="2013-08-13"),
        row(country="TZ", email="c@c.example", checked_on=""),
        row(country="RW", email="d@d.example", checked_on="2014-01-01"),
    )
    stale = contacts.stale(found.contacts, path="contacts.csv", today=dt.date(2013, 11, 12), days=90)
    assert [(fault.line, fault.sentence) for fault in stale] == [
        (3, "checked 91 days ago, more than 90: check it, and write today's date"),
        (4, "nobody has said when this contact was checked: write the day (2013-11-12)"),
        (5, "this day is later than today, 2013-11-12"),
    ]
    assert {fault.weight for fault in stale} == {Weight.WARNING}


def test_a_head_without_rows_is_warned_of() -> None:
    assert told() == ["contacts.csv: there is no row below the first line: nobody would be written to"]


def test_what_is_wrong_with_a_value_does_nothing_to_the_terminal() -> None:
    (line,) = told(row(name="\u202e\x1b]0;x\x07"))
    assert line.isprintable()


def test_letters_that_were_encoded_twice_are_found_with_what_was_meant() -> None:
    assert told(row(organisation="MinistÃ¨re des Affaires Ã©trangÃ¨res")) == [
        (
            "contacts.csv:2: organisation 'MinistÃ¨re des Affaires Ã©trangÃ¨res': a letter was encoded twice before: "
            'write "Ministère des Affaires étrangères"'
        )
    ]


def test_a_row_with_a_foreign_byte_is_refused_and_the_others_keep_their_letters() -> None:
    good = row(country="CI", organisation="Ministère des Affaires étrangères de Côte d’Ivoire", email="a@b.example")
    data = f"{HEAD}\n{row()}\n{good}\n".encode() + row(country="SN", organisation="Minist~re").encode()
    found = contacts.read(tables.read(data.replace(b"~", b"\xe8"), path="contacts.csv", layout=CONTACTS))
    assert [contact.country for contact in found.contacts] == ["KE", "CI"]
    assert found.contacts[1].organisation == "Ministère des Affaires étrangères de Côte d’Ivoire"
    assert "a letter was lost here before (U+FFFD)" in str(found.faults[0])
