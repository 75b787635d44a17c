from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.campaign import folder
from mobilize.campaign.findings import Fate
from mobilize.campaign.record import Role
from mobilize.desk import import_record
from mobilize.desk.import_record import Told
from mobilize.errors import Refused, SourceUnreadable

CORPUS = Path(__file__).parents[1] / "corpus" / "record"
DRAFTS = CORPUS / "undl_drafts_marc.xml"


@pytest.fixture
def without_2023(campaign_folder: Callable[..., Path]) -> Path:
    """The shipped record without the positions on A/RES/78/216."""
    path = campaign_folder()
    positions = path / "record/positions.csv"
    lines = positions.read_text("utf-8").splitlines(keepends=True)
    positions.write_text("".join(line for line in lines if "A/RES/78/216" not in line), "utf-8")
    return path


def fates(planned: import_record.Plan) -> Counter[Fate]:
    return Counter(each.fate for each in planned.judged)


def test_sponsors_of_a_draft_are_added_and_then_known(without_2023: Path) -> None:
    planned = import_record.plan(without_2023, [DRAFTS], Told())
    assert fates(planned) == {Fate.NEW: 73}
    assert planned.too_late == 73
    before = (without_2023 / "record/positions.csv").read_bytes()
    import_record.write(without_2023, planned)
    after = (without_2023 / "record/positions.csv").read_bytes()
    assert after.startswith(before)
    known, faults = folder.read_record(without_2023)
    assert faults == ()
    assert (
        sum(1 for theirs in known.positions.values() for each in theirs if each.resolution.symbol == "A/RES/78/216")
        == 73
    )
    assert fates(import_record.plan(without_2023, [DRAFTS], Told())) == {Fate.KNOWN: 73}


def test_planning_writes_nothing(without_2023: Path) -> None:
    before = {path: path.read_bytes() for path in (without_2023 / "record").iterdir()}
    import_record.plan(without_2023, [DRAFTS], Told())
    assert {path: path.read_bytes() for path in (without_2023 / "record").iterdir()} == before


def test_a_sponsor_on_record_is_not_made_a_co_sponsor(campaign_folder: Callable[..., Path]) -> None:
    planned = import_record.plan(campaign_folder(), [DRAFTS], Told())
    assert fates(planned) == {Fate.KNOWN: 73}
    assert [each.why for each in planned.judged if each.claim.country == "NO"] == ["on record as its sponsor"]


def test_a_vote_that_contradicts_the_record_is_shown_and_not_written(campaign_folder: Callable[..., Path]) -> None:
    # The votes in the file are invented; those on record are as their source has them.
    planned = import_record.plan(campaign_folder(), [CORPUS / "undl_vote_marc.xml"], Told())
    contradicting = [each for each in planned.judged if each.fate is Fate.CONTRADICTS]
    assert [(each.claim.country, each.why.partition(" (")[0]) for each in contradicting] == [
        ("NA", "on record as abstained"),
        ("KE", "on record as abstained"),
        ("IN", "on record as voted_yes"),
    ]
    assert planned.new == ()
    assert any("yes is 1 here, 127 on record" in line for line in planned.differing)


@pytest.mark.parametrize(
    "names", [["undl_votes.csv"], ["unvotes_votes.csv", "unvotes_calls.csv"], ["undl_vote_marc.xml"]]
)
def test_each_kind_of_table_of_votes_is_recognised(campaign_folder: Callable[..., Path], names: list[str]) -> None:
    path = campaign_folder()
    positions = path / "record/positions.csv"
    lines = positions.read_text("utf-8").splitlines(keepends=True)
    positions.write_text("".join(line for line in lines if "A/RES/70/161" not in line), "utf-8")
    planned = import_record.plan(path, [CORPUS / name for name in names], Told())
    found = {(claim.country, claim.role) for claim in planned.new}
    assert {("NA", Role.VOTED_YES), ("KE", Role.VOTED_NO), ("IN", Role.ABSTAINED)} <= found


def test_the_two_files_of_voeten_may_come_in_either_order(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    both = [CORPUS / "unvotes_calls.csv", CORPUS / "unvotes_votes.csv"]
    assert import_record.plan(path, both, Told()).judged == import_record.plan(path, both[::-1], Told()).judged


def test_a_resolution_that_is_not_on_record_gets_a_row_only_with_a_day_and_a_source(
    campaign_folder: Callable[..., Path], tmp_path: Path
) -> None:
    path = campaign_folder()
    source = tmp_path / "list.csv"
    source.write_text("State;Did\nKenya;co-sponsor\nNarnia;co-sponsor\nKorea;co-sponsor\n")
    told = Told(mapping={"State": "country", "Did": "role"}, resolution="A/RES/80/1", source="https://example.org")
    assert fates(import_record.plan(path, [source], told)) == {Fate.NO_RESOLUTION: 1}
    with_day = Told(
        mapping=told.mapping,
        resolution=told.resolution,
        source=told.source,
        adopted=dt.date(2025, 12, 1),
        complete=True,
    )
    planned = import_record.plan(path, [source], with_day)
    assert [(claim.country, claim.role) for claim in planned.new] == [("KE", Role.COSPONSOR)]
    assert [(fault.line, fault.column) for fault in planned.findings.faults] == [(3, "country"), (4, "country")]
    import_record.write(path, planned)
    known, faults = folder.read_record(path)
    assert faults == ()
    assert known.resolutions["A/RES/80/1"].complete
    assert known.positions["KE"][-1].source == "https://example.org"


def test_a_row_without_a_source_is_refused(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("country,resolution,role,source\nKE,A/RES/66/164,cosponsor,\nUG,A/RES/66/164,cosponsor,read\n")
    planned = import_record.plan(campaign_folder(), [source], Told())
    assert [claim.country for claim in planned.new] == ["UG"]
    assert ["no source" in str(fault) for fault in planned.findings.faults] == [True]
    assert import_record.errors(planned) == 1


def test_a_file_whose_columns_are_not_known_asks_for_them(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("a,b\n1,2\n")
    planned = import_record.plan(campaign_folder(), [source], Told())
    assert {fault.column for fault in planned.findings.faults} >= {"country", "resolution", "role", "source"}
    assert planned.new == ()


def test_a_missing_file_and_a_trap_are_told_in_a_sentence(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    path = campaign_folder()
    with pytest.raises(SourceUnreadable, match="No such file"):
        import_record.plan(path, [tmp_path / "none.xml"], Told())
    trap = tmp_path / "trap.xml"
    trap.write_text('<!DOCTYPE x [<!ENTITY a "aaaa">]><collection>&a;</collection>')
    with pytest.raises(SourceUnreadable, match="document type"):
        import_record.plan(path, [trap], Told())


def test_a_record_in_another_form_is_not_added_to(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    positions = path / "record/positions.csv"
    lines = positions.read_text("utf-8").splitlines()
    kept = [line.replace(",", ";") for line in lines[:1]] + ["KE;A/RES/66/164;cosponsor;;read"]
    positions.write_text("\n".join(kept), "utf-8")
    planned = import_record.plan(path, [DRAFTS], Told())
    with pytest.raises(Refused, match="semicolon between cells"):
        import_record.write(path, planned)
    assert positions.read_text("utf-8") == "\n".join(kept)
