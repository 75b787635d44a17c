from __future__ import annotations

import io
import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mobilize.campaign import folder
from mobilize.desk import check, import_contacts
from mobilize.errors import Refused, SourceUnreadable

FOREIGN = (
    "Pays;Organisme;Fonction;Courriel;Sexe;Vérifié;Source;Code interne\r\n"
    "Kenya;Ministère;Ministre;M. X <x@mfa.example>;Mme;13/11/2026;liste;7\r\n"
    "Côte d’Ivoire;Ministère;Ministre;a@b.example / c@d.example;M;2026-11-12;liste;8\r\n"
    "Narnia;Ministère;Ministre;z@z.example;;2026-11-12;liste;9\r\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "ministres.csv"
    path.write_bytes(FOREIGN.encode("cp1252"))
    return path


def ministers(path: Path, source: Path) -> import_contacts.Plan:
    return import_contacts.plan(path, source, mapping={"Vérifié": "checked_on"}, constants={"audience": "minister"})


def test_a_foreign_spreadsheet_is_understood_and_all_of_it_is_told(
    campaign_folder: Callable[..., Path], source: Path
) -> None:
    planned = ministers(campaign_folder(), source)
    assert planned.mapped == {
        "Pays": "country",
        "Organisme": "organisation",
        "Fonction": "office",
        "Courriel": "email",
        "Sexe": "gender",
        "Vérifié": "checked_on",
    }
    assert planned.unused == ("Code interne",)
    assert [(each.column, each.read, each.written) for each in planned.conversions] == [
        ("country", "Kenya", "KE"),
        ("gender", "Mme", "f"),
        ("email", "M. X <x@mfa.example>", "x@mfa.example"),
        ("checked_on", "13/11/2026", "2026-11-13"),
        ("country", "Côte d’Ivoire", "CI"),
    ]
    assert [(contact.country, contact.emails) for contact in planned.new] == [
        ("KE", ("x@mfa.example",)),
        ("CI", ("a@b.example", "c@d.example")),
    ]
    assert [refusal.row.line for refusal in planned.reading.refused] == [4]


def test_nothing_is_written_by_planning(campaign_folder: Callable[..., Path], source: Path) -> None:
    path = campaign_folder()
    before = (path / "contacts.csv").read_bytes()
    ministers(path, source)
    assert (path / "contacts.csv").read_bytes() == before
    assert not (path / ".mobilize").exists()


def test_what_is_written_loads_and_a_second_import_changes_nothing(
    campaign_folder: Callable[..., Path], source: Path
) -> None:
    path = campaign_folder()
    before = folder.load(path)[0].contacts
    import_contacts.write(path, ministers(path, source))
    campaign, faults = folder.load(path)
    assert faults == ()
    assert campaign.contacts[: len(before)] == before
    assert [contact.country for contact in campaign.contacts[len(before) :]] == ["KE", "CI"]
    again = ministers(path, source)
    assert (again.new, dict(again.changed), again.unchanged) == ((), {}, 2)


def test_the_mapping_that_was_confirmed_is_remembered(campaign_folder: Callable[..., Path], source: Path) -> None:
    path = campaign_folder()
    import_contacts.write(path, ministers(path, source))
    again = import_contacts.plan(path, source, constants={"audience": "minister"})
    assert again.mapped["Vérifié"] == "checked_on"


def test_an_address_that_changed_is_told_and_an_empty_cell_erases_nothing(
    campaign_folder: Callable[..., Path], tmp_path: Path
) -> None:
    path = campaign_folder()
    update = tmp_path / "update.csv"
    update.write_text(
        "country,audience,organisation,office,email,notes,source\n"
        "KE,minister,Ministry of Foreign Affairs,Minister for Foreign Affairs,new@mfa.ke.example,,\n"
    )
    planned = import_contacts.plan(path, update)
    assert list(planned.changed.values()) == [("email",)]
    import_contacts.write(path, planned)
    contact = folder.load(path)[0].contacts[0]
    assert contact.emails == ("new@mfa.ke.example",)
    assert contact.source == "invented"


def test_an_address_that_another_contact_has_is_refused(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    update = tmp_path / "update.csv"
    update.write_text(
        "country,audience,organisation,office,email,source\nUG,minister,Ministry,Minister,MINISTER@mfa.ke.example,x\n"
    )
    planned = import_contacts.plan(campaign_folder(), update)
    assert planned.new == ()
    assert "has this address already (contacts.csv:2)" in planned.reading.refused[0].reason


def test_rows_and_columns_of_the_own_file_that_are_not_understood_survive(
    campaign_folder: Callable[..., Path], source: Path
) -> None:
    path = campaign_folder()
    text = (path / "contacts.csv").read_text("utf-8")
    head, *rows = text.splitlines()
    rows.append("XX,minister,Broken,Broken,,,broken@x.example,,,,x,,")
    mine = "\n".join([f"{head},mine", *(f"{row},{number}" for number, row in enumerate(rows)), ""])
    (path / "contacts.csv").write_text(mine, "utf-8")
    import_contacts.write(path, ministers(path, source))
    written = (path / "contacts.csv").read_text("utf-8").splitlines()
    assert written[0] == f"{head},mine"
    assert "XX,minister,Broken,Broken,,,broken@x.example,,,,x,,,6" in written
    assert written[1].endswith(",0")


def test_a_contacts_file_that_must_be_mended_first_is_not_written_over(
    campaign_folder: Callable[..., Path], source: Path
) -> None:
    path = campaign_folder()
    with (path / "contacts.csv").open("a") as file:
        file.write('KE,ngo,"open\n')
    with pytest.raises(Refused, match=r"contacts\.csv must be mended first"):
        ministers(path, source)


def test_a_column_that_we_do_not_have_is_refused(campaign_folder: Callable[..., Path], source: Path) -> None:
    with pytest.raises(Refused, match="there is no column 'mail'"):
        import_contacts.plan(campaign_folder(), source, mapping={"Courriel": "mail"})


def test_a_file_that_is_not_there_says_so(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"none\.csv: No such file"):
        import_contacts.plan(campaign_folder(), tmp_path / "none.csv")


def test_a_workbook_is_imported_like_any_table(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    frame = pd.read_csv(io.StringIO(FOREIGN), sep=";", dtype=str)
    book = tmp_path / "ministres.xlsx"
    frame.to_excel(book, index=False, engine="xlsxwriter")
    assert [contact.country for contact in ministers(campaign_folder(), book).new] == ["KE", "CI"]


def test_the_first_contacts_of_a_campaign_are_for_their_owner_s_eyes(
    campaign_folder: Callable[..., Path], source: Path
) -> None:
    path = campaign_folder()
    (path / "contacts.csv").unlink()
    target = import_contacts.write(path, ministers(path, source))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [contact.country for contact in folder.load(path)[0].contacts] == ["KE", "CI"]


def test_refused_rows_are_mended_and_imported_alone(
    campaign_folder: Callable[..., Path], source: Path, tmp_path: Path
) -> None:
    path = campaign_folder()
    planned = ministers(path, source)
    refused = tmp_path / "refused.csv"
    assert check.write_refused_rows(planned.reading, refused) == 1
    import_contacts.write(path, planned)
    refused.write_text(refused.read_text("utf-8").replace("Narnia", "Ghana"), "utf-8")
    second = import_contacts.plan(path, refused, constants={"audience": "minister"})
    assert [contact.country for contact in second.new] == ["GH"]
    assert second.reading.refused == ()


@pytest.mark.parametrize(
    ("column", "text"),
    [("country", "Korea"), ("gender", "d"), ("checked_on", "12/11/2013"), ("email", "a@@b"), ("name", "Mme")],
)
def test_what_is_not_sure_is_not_converted(column: str, text: str) -> None:
    assert import_contacts.convert(column, text) == text
