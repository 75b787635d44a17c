from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from mobilize.campaign import rollcalls
from mobilize.campaign.findings import Findings
from mobilize.campaign.record import Role

CORPUS = Path(__file__).parents[1] / "corpus" / "record"
WANTED = frozenset({"A/RES/70/161", "A/RES/44/1"})


def acts(found: Findings) -> list[tuple[str, Role]]:
    return [(claim.country, claim.role) for claim in found.claims]


EXPECTED = [("NA", Role.VOTED_YES), ("KE", Role.VOTED_NO), ("IN", Role.ABSTAINED)]


def test_the_library_s_table_gives_the_votes_on_what_is_wanted_and_no_others() -> None:
    with (CORPUS / "undl_votes.csv").open("rb") as file:
        found = rollcalls.read_undl(file, path="votes.csv", wanted=WANTED)
    assert acts(found) == EXPECTED
    assert found.read == 5
    (resolution,) = found.resolutions
    assert (resolution.symbol, resolution.complete, resolution.yes) == ("A/RES/70/161", True, 1)
    assert found.claims[0].source == "UN Digital Library, voting data, https://digitallibrary.un.org/record/11"


def test_the_edition_with_plural_names_is_read_and_states_that_ended_are_counted_not_taken() -> None:
    with (CORPUS / "undl_votes_2024.csv").open("rb") as file:
        found = rollcalls.read_undl(file, path="votes.csv", wanted=WANTED)
    assert acts(found) == [("NA", Role.VOTED_YES)]
    assert not found.resolutions[0].complete
    assert [fault.value for fault in found.faults] == ["SUN"]


def test_voeten_s_votes_are_read_with_their_roll_calls_and_not_those_on_a_paragraph() -> None:
    with (CORPUS / "unvotes_votes.csv").open("rb") as votes, (CORPUS / "unvotes_calls.csv").open("rb") as calls:
        found = rollcalls.read_voeten(votes, calls, path="votes.csv", wanted=WANTED)
    # "Yugoslavia" is Serbia after 2006 in that data.
    assert acts(found) == [*EXPECTED, ("RS", Role.VOTED_YES)]
    assert "roll call 5764" in found.claims[0].source


def test_votes_without_roll_calls_ask_for_them() -> None:
    with (CORPUS / "unvotes_votes.csv").open("rb") as votes:
        found = rollcalls.read_voeten(votes, None, path="votes.csv", wanted=WANTED)
    assert found.claims == ()
    assert "give the file of roll calls" in str(found.faults[0])


@pytest.mark.parametrize(("code", "role"), [("1", Role.VOTED_YES), ("2", Role.ABSTAINED), ("3.0", Role.VOTED_NO)])
def test_raw_codes_are_known_and_absent_states_did_nothing(code: str, role: Role) -> None:
    text = f"rcid,country_code,vote,date,unres\n9,NA,{code},2015-12-17,R/70/161\n9,KE,8,2015-12-17,R/70/161\n"
    found = rollcalls.read_voeten(io.BytesIO(text.encode()), None, path="v", wanted=WANTED)
    assert acts(found) == [("NA", role)]


def test_a_vote_that_is_no_known_code_is_an_error_not_a_guess() -> None:
    text = "rcid,country_code,vote,date,unres\n9,NA,maybe,2015-12-17,R/70/161\n"
    found = rollcalls.read_voeten(io.BytesIO(text.encode()), None, path="v", wanted=WANTED)
    assert found.claims == ()
    assert "no vote that is known here" in str(found.faults[0])


def test_of_two_roll_calls_on_one_symbol_none_is_taken() -> None:
    text = "rcid,country_code,vote,date,unres\n" + "".join(f"{n},NA,1,2015-12-17,R/70/161\n" for n in (9, 10))
    found = rollcalls.read_voeten(io.BytesIO(text.encode()), None, path="v", wanted=WANTED)
    assert found.claims == ()
    assert "2 roll calls bear this symbol" in str(found.faults[0])


def test_a_large_table_is_sifted_in_chunks() -> None:
    with (CORPUS / "undl_votes.csv").open() as file:
        head, *rows = csv.reader(file)
    other = [*rows[-1]]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([other] * (rollcalls.CHUNK * 2))
    writer.writerows(rows)
    seen: list[int] = []
    found = rollcalls.read_undl(
        io.BytesIO(buffer.getvalue().encode()), path="v", wanted=frozenset({"A/RES/70/161"}), progress=seen.append
    )
    assert acts(found) == EXPECTED
    assert seen == [rollcalls.CHUNK, rollcalls.CHUNK * 2, rollcalls.CHUNK * 2 + 5]
