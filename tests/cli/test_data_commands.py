"""check, countries, contacts import, record import: what the user types, reads and gets as an exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mobilize.cli import app
from mobilize.errors import MobilizeError

CORPUS = Path(__file__).parents[1] / "corpus" / "record"
GOOD = "KE,minister,Ministry of Foreign Affairs,Minister for Foreign Affairs,,,minister@mfa.ke.example,,,,x,2026-11-01,"


def run(folder: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run one command; (exit code, stdout, stderr). An error of ours is exit 1 with its sentence, as main() has it."""
    result = CliRunner().invoke(app, ["--campaign", str(folder), *map(str, arguments)])
    if isinstance(result.exception, MobilizeError):
        return 1, result.stdout, result.exception.sentence
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


class TestCheck:
    def test_a_good_campaign_ends_with_0(self, campaign_folder: Callable[..., Path]) -> None:
        code, out, _ = run(campaign_folder(GOOD), "check")
        assert code == 0
        assert "contacts: 1 read, 1 usable (1 minister), 0 refused" in out
        assert "record: 11 resolutions and 121 positions of 80 countries" in out
        assert "0 errors" in out

    def test_a_faulty_one_ends_with_1_and_names_the_rows(self, campaign_folder: Callable[..., Path]) -> None:
        code, out, _ = run(campaign_folder(GOOD, GOOD.replace("KE,", "Kenya,")), "check")
        assert code == 1
        assert "contacts.csv:3: country 'Kenya': write \"KE\", the two-letter code of Kenya" in out
        assert "contacts: 2 read, 1 usable (1 minister), 1 refused (line 3)" in out
        assert "1 error," in out

    def test_json_is_one_object_a_line(self, campaign_folder: Callable[..., Path]) -> None:
        code, out, _ = run(campaign_folder(GOOD, "XX" + GOOD[2:]), "check", "--json")
        objects = [json.loads(line) for line in out.splitlines()]
        assert code == 1
        assert objects[-1]["rows_refused"] == [3]
        assert objects[-1]["errors"] == 1
        assert [each for each in objects[:-1] if each["weight"] == "error"] == [
            {
                "path": "contacts.csv",
                "line": 3,
                "column": "country",
                "value": "XX",
                "sentence": (
                    "not a member state or observer of the United Nations: write its two-letter code (KE for Kenya)"
                ),
                "weight": "error",
            }
        ]

    def test_many_warnings_of_one_kind_are_one_line(self, campaign_folder: Callable[..., Path]) -> None:
        codes = ("KE", "UG", "TZ", "RW", "GH", "NG", "NA")
        rows = [GOOD.replace("KE", code).replace("ke.", f"{code.lower()}.").replace("2026", "2012") for code in codes]
        code, out, _ = run(campaign_folder(*rows), "check")
        assert code == 0
        assert out.count("checked_on") == 1
        assert "6 more rows like it, the last on line 8" in out

    def test_refused_rows_are_written_where_asked(self, campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
        target = tmp_path / "refused.csv"
        code, _, err = run(campaign_folder(GOOD, "XX" + GOOD[2:]), "check", "--refused", target)
        assert code == 1
        assert f"1 refused rows written to {target}" in err
        assert "line 3: country: not a member state" in target.read_text("utf-8")

    def test_a_folder_without_a_campaign_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        code, _, err = run(tmp_path, "check")
        assert code == 1
        assert "holds no campaign.toml" in err

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"", "contacts.csv: the file is empty: it needs a first line with the names of the columns"),
            (b"country,audience,organisation\nKE,ngo,x\n", "contacts.csv:1: email: this column is missing"),
            (
                b"country;audience;organisation;E-Mail\nKE;ngo;x;a@b.example\n",
                "is 'E-Mail' meant? Rename it to \"email\"",
            ),
            (b"\x00\x01\x02", "contacts.csv"),
        ],
    )
    def test_a_file_of_contacts_that_is_none(
        self, campaign_folder: Callable[..., Path], data: bytes, expected: str
    ) -> None:
        path = campaign_folder()
        (path / "contacts.csv").write_bytes(data)
        code, out, _ = run(path, "check")
        assert code == 1
        assert expected in out

    @pytest.mark.parametrize(("encoding", "spoken"), [("utf-16", "UTF-16"), ("cp1252", "Windows-1252")])
    def test_utf16_and_windows_1252_with_semicolons_are_read_and_named(
        self, campaign_folder: Callable[..., Path], encoding: str, spoken: str
    ) -> None:
        path = campaign_folder()
        text = (path / "contacts.csv").read_text("utf-8").replace(",", ";").replace("\n", "\r\n")
        (path / "contacts.csv").write_bytes(text.encode(encoding))
        code, out, _ = run(path, "check")
        assert code == 0
        assert f"contacts: {spoken}" in out
        assert "semicolon between cells" in out
        assert "contacts: 6 read, 6 usable" in out


class TestCountries:
    def test_all_are_listed_by_group(self, campaign_folder: Callable[..., Path]) -> None:
        code, out, err = run(campaign_folder(), "countries")
        lines = out.splitlines()
        assert code == 0
        assert len(lines) == 196
        assert lines[1].split("\t")[:3] == ["African Group", "DZ", "Algeria"]
        assert "Observers: " in err

    def test_one_page_says_what_is_known_from_where_and_why(self, campaign_folder: Callable[..., Path]) -> None:
        code, out, _ = run(campaign_folder(), "countries", "namibia", "DO", "Ghana")
        assert code == 0
        assert "Namibia (NA, NAM), the Republic of Namibia" in out
        assert "standing   lapsed: co-sponsored A/RES/66/164; not on A/HRC/RES/22/6" in out
        assert "https://scribd.com/document/90576650" in out
        assert "nhri: Commissioner, Commission on Human Rights [gh-nhri-" in out
        assert "because: standing" in out

    def test_what_came_later_is_shown_as_not_cited(self, campaign_folder: Callable[..., Path]) -> None:
        _, out, _ = run(campaign_folder(), "countries", "KE")
        before, _, after = out.partition("later than 2013-11-12, so cited in no letter:")
        assert "nothing is on record by 2013-11-12" in before
        assert "- 2015-12-17 A/RES/70/161: abstained" in after

    def test_no_address_is_on_the_page(self, campaign_folder: Callable[..., Path]) -> None:
        path = campaign_folder()
        _, out, _ = run(path, "countries", "KE", "--json")
        assert json.loads(out)["code"] == "KE"
        _, page, _ = run(path, "countries", "KE")
        assert "minister:" in page
        assert "mfa.ke.example" not in out + page

    def test_a_name_that_is_not_sure_is_asked_back(self, campaign_folder: Callable[..., Path]) -> None:
        code, _, err = run(campaign_folder(), "countries", "Korea")
        assert code == 1
        assert "'Korea' is no country that is known here" in err


class TestImports:
    def test_contacts_are_shown_first_and_written_with_yes(
        self, campaign_folder: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = campaign_folder()
        source = tmp_path / "ministres.csv"
        source.write_bytes(
            "Pays;Organisme;Fonction;Courriel\r\nCôte d’Ivoire;Ministère;Ministre;m@mae.ci.example\r\n".encode("cp1252")
        )
        before = (path / "contacts.csv").read_bytes()
        arguments = ("contacts", "import", source, "--set", "audience=minister")
        code, out, err = run(path, *arguments)
        assert code == 0
        assert "Windows-1252 (Western European) (guessed from the letters), semicolon between cells" in out
        assert "column 'Courriel' is taken for email" in out
        assert "1 rows read: 1 new, 0 changed, 0 as they are, 0 refused" in out
        assert "Nothing was written" in err
        assert (path / "contacts.csv").read_bytes() == before
        code, _, _ = run(path, *arguments, "--yes", "--dry-run")
        assert (path / "contacts.csv").read_bytes() == before
        code, _, err = run(path, *arguments, "--yes")
        assert code == 0
        assert (path / "contacts.csv").read_text("utf-8").count("CI,minister") == 1

    def test_an_option_without_its_sign_is_wrong_usage(self, campaign_folder: Callable[..., Path]) -> None:
        path = campaign_folder()
        code, _, err = run(path, "contacts", "import", path / "contacts.csv", "--map", "Courriel")
        assert code == 2
        assert "write NAME=VALUE" in err

    def test_the_record_is_shown_first_and_written_with_yes(self, campaign_folder: Callable[..., Path]) -> None:
        path = campaign_folder()
        positions = path / "record/positions.csv"
        lines = positions.read_text("utf-8").splitlines(keepends=True)
        positions.write_text("".join(line for line in lines if "A/RES/78/216" not in line), "utf-8")
        before = positions.read_bytes()
        code, out, err = run(path, "record", "import", CORPUS / "undl_drafts_marc.xml")
        assert code == 0
        assert "A/RES/78/216: 73 cosponsor: new" in out
        assert "73 of these are later than the campaign's as_of" in out
        assert "Nothing was written" in err
        assert positions.read_bytes() == before
        code, _, _ = run(path, "record", "import", CORPUS / "undl_drafts_marc.xml", "--yes")
        assert code == 0
        assert positions.read_bytes().count(b"A/RES/78/216") == 73

    def test_rows_without_a_source_end_with_1(self, campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
        source = tmp_path / "list.csv"
        source.write_text("country,resolution,role,source\nKE,A/RES/66/164,cosponsor,\n")
        code, out, _ = run(campaign_folder(), "record", "import", source, "--yes")
        assert code == 1
        assert "no source: say where this was read, else the row is not used" in out


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("country,audience,organisation,office\nKE,ngo,x,y\n", "email: this column is missing"),
        ("country,audience,organisation,email\nXX,ngo,x,a@b.example\n", "country 'XX': not a member state or observer"),
        ("country,audience,organisation,email\nKE,ngo,x,a@@b\n", "email 'a@@b': not an address that can be"),
        (
            "country,audience,organisation,email\nKE,ngo,x,a@b.example\nUG,ngo,y,A@b.example\n",
            "this address stands on line 2 already",
        ),
        ("", "the file is empty"),
    ],
)
def test_with_a_fault_in_the_contacts_nothing_is_sent_and_the_fault_is_shown(
    campaign_folder: Callable[..., Path], data: str, expected: str
) -> None:
    path = campaign_folder(env="SMTP_HOST=127.0.0.1\nSMTP_PORT=1\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\n")
    (path / "contacts.csv").write_text(data, "utf-8")
    code, out, err = run(path, "send", "--yes")
    assert code == 1
    assert expected in out + err
    assert (path / "contacts.csv").read_text("utf-8") == data
    _, status, _ = run(path, "status")
    counts = dict(line.split("\t") for line in status.splitlines()[1:])
    assert set(counts.values()) == {"0"}
    assert {"queued", "sent"} <= set(counts)
