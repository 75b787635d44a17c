"""`check` as its user meets it: real files, every fault at once, each with its place and what to do."""

from __future__ import annotations

import csv
import datetime as dt
import io
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.campaign import folder, tables
from mobilize.campaign.columns import CONTACTS
from mobilize.campaign.faults import Weight
from mobilize.desk import check
from mobilize.errors import Refused, SourceUnreadable

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 24)

GOOD = "KE,minister,Ministry of Foreign Affairs,Minister for Foreign Affairs,,,minister@mfa.ke.example,,,,x,2026-11-01,"


def errors(path: Path) -> list[str]:
    return [str(fault) for fault in check.check(path, today=TODAY).faults if fault.weight is Weight.ERROR]


def test_the_shipped_campaign_has_no_error_and_every_row_is_used() -> None:
    checked = check.check(ROOT, today=TODAY)
    assert [fault for fault in checked.faults if fault.weight is Weight.ERROR] == []
    assert (checked.read, len(checked.refused)) == (296, 0)
    assert dict(checked.by_audience) == {"minister": 195, "nhri": 71, "ngo": 30}
    assert (checked.resolutions, checked.positions, checked.countries) == (11, 121, 80)


def test_faults_of_contacts_record_letters_charter_and_settings_come_in_one_run(
    campaign_folder: Callable[..., Path],
) -> None:
    path = campaign_folder(GOOD, "XX" + GOOD[2:], env="SMTP_PORT=abc\n")
    with (path / "record/positions.csv").open("a") as file:
        file.write("KE,A/RES/66/164,cosponsor,,\n")
    letter = path / "letters/ngo/en.md"
    letter.write_text(letter.read_text("utf-8") + "\n{{ contact.nmae }}\n", "utf-8")
    found = {fault.path: fault for fault in check.check(path, today=TODAY).faults if fault.weight is Weight.ERROR}
    assert set(found) == {".env", "contacts.csv", "letters/ngo/en.md", "record/positions.csv"}
    assert found["contacts.csv"].line == 3
    assert "nmae" in found["letters/ngo/en.md"].sentence
    assert found["letters/ngo/en.md"].line == len(letter.read_text("utf-8").splitlines())
    assert found[".env"].column == "SMTP_PORT"
    assert "abc" not in str(found[".env"])


def test_a_wrong_setting_is_told_without_its_value(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder(env="SMTP_SECURITY=hunter2\nSMTP_TIMEOUT=-1\n")
    found = [fault for fault in check.check(path, today=TODAY).faults if fault.path == ".env"]
    assert {fault.column for fault in found} == {"SMTP_SECURITY", "SMTP_TIMEOUT"}
    assert "hunter2" not in " ".join(map(str, found))


def test_a_row_of_which_no_letter_can_be_made_is_found_before_sending(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder(GOOD, "UG,minister,Ministry,Minister,,,m@mfa.ug.example,,,,x,2026-11-01,")
    text = (path / "contacts.csv").read_text("utf-8")
    # A salutation of one's own that is only a sign: the letter would begin with "!".
    text = text.replace("notes\n", "notes,salutation\n").replace("2026-11-01,\n", "2026-11-01,,!\n", 1)
    (path / "contacts.csv").write_text(
        text.replace("ug.example,,,,x,2026-11-01,", "ug.example,,,,x,2026-11-01,,"), "utf-8"
    )
    assert [line for line in errors(path) if "no letter" in line] == [
        "contacts.csv:2: no letter can be made of this row: the salutation is empty (see letters/minister/en.md)"
    ]


def test_contacts_older_than_the_campaign_s_days_are_warned_of_and_stop_nothing(
    campaign_folder: Callable[..., Path],
) -> None:
    path = campaign_folder(GOOD.replace("2026-11-01", "2026-08-25"))
    checked = check.check(path, today=TODAY)
    assert checked.errors == 0
    assert [str(fault) for fault in checked.faults if fault.column == "checked_on"] == [
        "contacts.csv:2: checked_on '2026-08-25': checked 91 days ago, more than 90: check it, and write today's date"
    ]


def test_no_campaign_at_all_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"holds no campaign\.toml"):
        check.check(tmp_path, today=TODAY)


class TestTheFileOfRefusedRows:
    rows = (
        GOOD,
        "Kenya,minister,=HYPERLINK(1),Minister,+x,,other@mfa.ke.example,,,,@x,2026-11-01,-n",
        "UG,minister,Ministry, of Affairs,Minister,,,m@mfa.ug.example,,,,x,2026-11-01,",
        GOOD.replace("KE", "TZ"),
    )

    def test_it_holds_each_refused_row_with_its_reason(
        self, campaign_folder: Callable[..., Path], tmp_path: Path
    ) -> None:
        target = tmp_path / "refused.csv"
        assert check.write_refused(campaign_folder(*self.rows), target) == 3
        rows = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"), newline="")))
        assert rows[0] == ["reason", *CONTACTS.columns[:-2]]
        assert [row[0] for row in rows[1:]] == [
            'line 3: country: write "KE", the two-letter code of Kenya',
            (
                "line 4: 14 cells where the first line names 13: "
                "put quotation marks around a value that holds the delimiter"
            ),
            "line 5: email: this address stands on line 2 already: it would be written to twice; keep it in one row",
        ]

    def test_no_cell_of_it_is_run_by_a_spreadsheet(self, campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
        target = tmp_path / "refused.csv"
        check.write_refused(campaign_folder(*self.rows), target)
        for row in csv.reader(io.StringIO(target.read_text("utf-8-sig"), newline="")):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)

    def test_mended_it_can_be_read_again_as_it_was(self, campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
        target = tmp_path / "refused.csv"
        check.write_refused(campaign_folder(*self.rows), target)
        mended = target.read_text("utf-8-sig").replace(",Kenya,", ",KE,")
        table = tables.read(mended.encode(), path="refused.csv", layout=CONTACTS)
        assert table.rows[0].cells["organisation"] == "=HYPERLINK(1)"
        assert table.rows[0].cells["name"] == "+x"
        assert table.rows[0].cells["notes"] == "-n"
        assert not any(fault.column == "reason" for fault in table.faults)

    def test_only_its_owner_may_read_it(self, campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
        target = tmp_path / "refused.csv"
        check.write_refused(campaign_folder(*self.rows), target)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600

    def test_it_is_written_over_itself_and_over_nothing_else(
        self, campaign_folder: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = campaign_folder(*self.rows)
        target = tmp_path / "refused.csv"
        check.write_refused(path, target)
        check.write_refused(path, target)
        before = (path / "contacts.csv").read_bytes()
        with pytest.raises(Refused, match="is no file of refused rows"):
            check.write_refused(path, path / "contacts.csv")
        assert (path / "contacts.csv").read_bytes() == before


def test_every_bad_input_of_the_contacts_is_told_and_the_good_rows_are_kept(
    campaign_folder: Callable[..., Path],
) -> None:
    path = campaign_folder(
        GOOD,
        "NA,minister,Ministry,Minister,,,m@mfa.na.example,,,,x,2026-11-01,",
        "XX,minister,Ministry,Minister,,,m@mfa.xx.example,,,,x,2026-11-01,",
        "UG,minister,Ministry,Minister,,,not an address,,,,x,2026-11-01,",
        "TZ,minister,Ministry,Minister,,,minister@mfa.ke.example,,,,x,2026-11-01,",
    )
    checked = check.check(path, today=TODAY)
    assert [(fault.line, fault.column) for fault in checked.faults if fault.weight is Weight.ERROR] == [
        (4, "country"),
        (5, "email"),
        (6, "email"),
    ]
    assert [contact.country for contact in folder.load(path)[0].contacts] == ["KE", "NA"]
    assert (checked.read, [refusal.row.line for refusal in checked.refused]) == (5, [4, 5, 6])
