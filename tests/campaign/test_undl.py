from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from mobilize.campaign import folder, marc, undl
from mobilize.campaign.findings import Findings
from mobilize.campaign.record import Role
from mobilize.errors import SourceUnreadable

CORPUS = Path(__file__).parents[1] / "corpus" / "record"
ROOT = Path(__file__).parents[2]
NS = 'xmlns="http://www.loc.gov/MARC21/slim"'


def read(data: bytes, resolution: str = "", adopted: dt.date | None = None) -> Findings:
    return undl.read(marc.records([data]), path="drafts.xml", resolution=resolution, adopted=adopted)


def draft(*fields: tuple[str, str, str], symbol: str = "A/C.3/78/L.1", kind: str = "draft resolution /") -> str:
    made = "".join(
        f'<datafield tag="{tag}"><subfield code="{code}">{text}</subfield></datafield>' for tag, code, text in fields
    )
    return (
        f'<record><controlfield tag="001">1</controlfield><datafield tag="191"><subfield code="a">{symbol}</subfield>'
        f'</datafield><datafield tag="245"><subfield code="a">Title :</subfield><subfield code="b">{kind}</subfield>'
        f"</datafield>{made}</record>"
    )


def collection(*records: str) -> bytes:
    return f"<collection {NS}>{''.join(records)}</collection>".encode()


def test_the_library_s_own_export_gives_the_73_sponsors_that_are_on_record() -> None:
    found = read((CORPUS / "undl_drafts_marc.xml").read_bytes())
    assert found.faults == ()
    assert found.read == 2
    known, _ = folder.read_record(ROOT)
    on_record = {
        code
        for code, theirs in known.positions.items()
        if any(each.resolution.symbol == "A/RES/78/216" for each in theirs)
    }
    assert {claim.country for claim in found.claims} == on_record
    assert len(on_record) == 73
    assert {claim.symbol for claim in found.claims} == {"A/RES/78/216"}
    assert {claim.source for claim in found.claims} == {
        "A/C.3/78/L.30/Rev.1: UN Digital Library record 4026908, field 710",
        "A/C.3/78/L.30/Rev.1: UN Digital Library record 4026908, field 515",
    }


def test_only_the_last_revision_counts() -> None:
    found = read(
        collection(
            draft(("710", "a", "Mali"), ("993", "a", "A/RES/78/1"), symbol="A/C.3/78/L.1/Rev.2"),
            draft(("710", "a", "Chad"), ("993", "a", "A/RES/78/1"), symbol="A/C.3/78/L.1"),
            draft(("710", "a", "Peru"), ("993", "a", "A/RES/78/1"), symbol="A/C.3/78/L.1/Rev.1"),
        )
    )
    assert [claim.country for claim in found.claims] == ["ML"]


def test_who_tables_an_amendment_has_not_co_sponsored() -> None:
    record = draft(
        ("710", "a", "Mali"), ("993", "a", "A/RES/78/1"), kind="amendment to draft resolution A/C.3/78/L.1 /"
    )
    assert read(collection(record)).claims == ()


def test_a_withdrawal_is_kept_as_one() -> None:
    note = "Additional sponsors: Chad. - Mali was removed from the list of sponsors of the draft resolution (A/78/1)."
    found = read(
        collection(draft(("710", "a", "Mali"), ("710", "a", "Peru"), ("515", "a", note), ("993", "a", "A/RES/78/1")))
    )
    assert {(claim.country, claim.role) for claim in found.claims} == {
        ("PE", Role.COSPONSOR),
        ("TD", Role.COSPONSOR),
        ("ML", Role.WITHDRAWN),
    }


def test_a_country_on_one_of_two_lists_only_is_for_a_person_to_look_up() -> None:
    found = read(collection(draft(("710", "a", "Mali"), ("245", "c", "Mali and Chad"), ("993", "a", "A/RES/78/1"))))
    assert [claim.country for claim in found.claims] == ["ML"]
    assert [(fault.column, fault.value) for fault in found.faults] == [("record 1 field 245", "TD")]


def test_groups_and_organs_are_not_counted_and_are_told() -> None:
    found = read(collection(draft(("710", "a", "Group of 77"), ("710", "a", "Mali"), ("993", "a", "A/RES/78/1"))))
    assert [claim.country for claim in found.claims] == ["ML"]
    assert "no country that is known here" in str(found.faults[0])


def test_a_draft_that_does_not_say_what_it_became_asks() -> None:
    data = collection(draft(("710", "a", "Mali")))
    assert "which resolution this became is not said" in str(read(data).faults[0])
    assert read(data, resolution="A/RES/78/1").claims[0].symbol == "A/RES/78/1"


def test_a_list_is_whole_only_where_a_person_says_so() -> None:
    data = collection(draft(("710", "a", "Mali"), ("993", "a", "A/RES/78/1")))
    day = dt.date(2023, 12, 19)
    assert read(data, adopted=day).resolutions[0].complete is False
    vouched = undl.read(marc.records([data]), path="x", adopted=day, complete=True)
    assert vouched.resolutions[0].complete is True
    assert read(data).resolutions == ()


def test_a_vote_gives_each_state_s_act_and_is_whole_if_it_adds_up() -> None:
    data = (CORPUS / "undl_vote_marc.xml").read_bytes()
    found = read(data)
    assert [(claim.country, claim.role, claim.date) for claim in found.claims] == [
        ("NA", Role.VOTED_YES, dt.date(2015, 12, 17)),
        ("KE", Role.VOTED_NO, dt.date(2015, 12, 17)),
        ("IN", Role.ABSTAINED, dt.date(2015, 12, 17)),
    ]
    assert found.resolutions[0].complete
    assert (found.resolutions[0].body, found.resolutions[0].title) == ("GA", "Human rights defenders")
    missing = read(data.replace(b'<subfield code="c">KEN</subfield>', b'<subfield code="c">SUN</subfield>'))
    assert [claim.country for claim in missing.claims] == ["NA", "IN"]
    assert not read(data.replace(b'<subfield code="d">Y', b'<subfield code="d">N')).resolutions[0].complete


def test_a_file_in_blocks_of_any_size_is_the_same_file() -> None:
    data = (CORPUS / "undl_drafts_marc.xml").read_bytes()
    whole = list(marc.records([data]))
    assert list(marc.records(data[start : start + 7] for start in range(0, len(data), 7))) == whole


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><collection>&a;</collection>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><collection/>',
        b"<collection><record>",
        b"no xml at all",
        b"<collection>" + b"a" * 1_000_001 + b"</collection>",
    ],
)
def test_xml_that_is_a_trap_or_damaged_is_not_read(data: bytes) -> None:
    with pytest.raises(SourceUnreadable):
        list(marc.records([data]))
