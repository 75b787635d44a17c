"""`mobilize preview`: every letter in every format, an index to look at, and nothing that leaves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mobilize.desk.plan import Chosen
from mobilize.desk.prepare import Previewed, Summary, preview
from mobilize.errors import DataFaulty, Refused
from mobilize.installation import opened

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)


def previewed(folder: Path, out: Path, chosen: Chosen | None = None) -> list[Previewed]:
    with opened(folder) as installation:
        found = preview(installation, out, chosen=chosen or Chosen(), now=NOW)
        return [each for each in found if isinstance(each, Previewed)]


@pytest.fixture
def folder(campaign_folder: Callable[..., Path]) -> Path:
    return campaign_folder()


def test_every_letter_is_written_in_every_format_and_the_index_leads_to_each(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "look"
    letters = previewed(folder, out)
    assert len(letters) == 6
    assert [letter.number for letter in letters] == [1, 2, 3, 4, 5, 6]
    index = (out / "index.html").read_text("utf-8")
    for letter in letters:
        assert letter.trouble == ""
        assert letter.pages == 1
        assert set(letter.files) == {"pdf", "html", "txt", "eml", "why"}
        for path in letter.files.values():
            assert (out / path).stat().st_size > 0
            assert f'href="{path}"' in index
        assert letter.reference in index
    assert (out / letters[0].files["pdf"]).read_bytes().startswith(b"%PDF-")


def test_the_mail_is_the_very_one_with_all_its_parts(folder: Path, tmp_path: Path) -> None:
    letter = previewed(folder, tmp_path / "look", Chosen(countries=("SN",)))[0]
    mail = message_from_bytes((tmp_path / "look" / letter.files["eml"]).read_bytes(), policy=policy.SMTP)
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "application/pdf"]
    assert letter.reference in str(mail["Subject"])


def test_an_ngo_gets_the_letter_to_its_own_minister_in_word_beside_ours(
    campaign_folder: Callable[..., Path], tmp_path: Path
) -> None:
    columns = "country,audience,organisation,office,email,source,checked_on"
    folder = campaign_folder()
    rows = (
        "KE,minister,Ministry of Foreign Affairs,Minister for Foreign Affairs,m@mfa.ke.example,invented,2026-11-01",
        "KE,ngo,Lantern Network,,desk@lantern.example,invented,2026-11-01",
        "PH,ngo,Mango Street Circle,,desk@mango.example,invented,2026-11-01",
    )
    (folder / "contacts.csv").write_text("\n".join((columns, *rows, "")), "utf-8")
    letters = {letter.country: letter for letter in previewed(folder, tmp_path / "look", Chosen(audiences=("ngo",)))}

    def attached(country: str) -> list[str]:
        path = tmp_path / "look" / letters[country].files["eml"]
        mail = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
        return [str(part.get_filename()) for part in mail.iter_attachments()]

    reference = letters["KE"].reference
    assert attached("KE") == [f"{reference}.pdf", "minister-KE.pdf", "minister-KE.docx"]
    assert attached("PH") == [f"{letters['PH'].reference}.pdf"]
    assert "is enclosed" in (tmp_path / "look" / letters["KE"].files["txt"]).read_text("utf-8")
    assert "is enclosed" not in (tmp_path / "look" / letters["PH"].files["txt"]).read_text("utf-8")


def test_only_the_chosen_are_written(folder: Path, tmp_path: Path) -> None:
    letters = previewed(folder, tmp_path / "look", Chosen(audiences=("nhri", "ngo")))
    assert sorted(letter.country for letter in letters) == ["GH", "PH"]


def test_the_why_page_gives_every_paragraph_its_rows_and_sources(folder: Path, tmp_path: Path) -> None:
    letter = previewed(folder, tmp_path / "look", Chosen(countries=("UY",)))[0]
    why = (tmp_path / "look" / letter.files["why"]).read_text("utf-8")
    assert "record/positions.csv:" in why
    assert "campaign.toml [[arguments]] csw57" in why
    assert "right-docs.org" in why
    assert "**" not in why


def test_pages_have_no_script_and_fetch_nothing(folder: Path, tmp_path: Path) -> None:
    letters = previewed(folder, tmp_path / "look")
    pages = [tmp_path / "look" / "index.html", *(tmp_path / "look" / letter.files["why"] for letter in letters)]
    for page in pages:
        text = page.read_text("utf-8")
        assert "<script" not in text
        assert "default-src 'none'" in text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


def test_a_letter_that_cannot_be_made_is_told_and_the_others_are_written(
    campaign_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = campaign_folder()
    ask = folder / "letters" / "blocks" / "es" / "ask.md"
    ask.write_text("{{ contry.name }}\n", "utf-8")
    letters = previewed(folder, tmp_path / "look")
    failed = [letter for letter in letters if letter.trouble]
    assert [letter.country for letter in failed] == ["UY"]
    assert "letters/blocks/es/ask.md:1" in failed[0].trouble
    assert "did you mean 'country'?" in failed[0].trouble
    index = (tmp_path / "look" / "index.html").read_text("utf-8")
    assert "Not made" in index
    assert "letters/blocks/es/ask.md:1" in index


def test_files_are_for_their_owner_alone(folder: Path, tmp_path: Path) -> None:
    previewed(folder, tmp_path / "look", Chosen(countries=("KE",)))
    for path in (tmp_path / "look").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_with_other_files_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(Refused, match="holds other files"):
        previewed(folder, tmp_path)
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_a_preview_may_be_written_over_a_preview(folder: Path, tmp_path: Path) -> None:
    first = previewed(folder, tmp_path / "look", Chosen(countries=("KE",)))
    again = previewed(folder, tmp_path / "look", Chosen(countries=("KE",)))
    assert [letter.reference for letter in first] == [letter.reference for letter in again]


def summed(folder: Path, out: Path, *, one_of_each: bool = False) -> Summary:
    with opened(folder) as installation:
        *_, last = preview(installation, out, chosen=Chosen(), now=NOW, one_of_each=one_of_each)
    assert isinstance(last, Summary)
    return last


def test_letters_with_the_same_branches_are_one_text_and_nobody_gets_the_others(
    campaign_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = campaign_folder()
    (folder / "letters" / "minister" / "en.md").write_text(
        "---\nsubject: One text\n---\nTo {{ country.the }}.\n\n"
        '{% if country.code == "KE" %}\nThis is for Kenya.\n{% elif country.code == "XX" %}\nFor nobody.\n'
        "{% else %}\nThis is for the others.\n{% endif %}\n",
        "utf-8",
    )
    rows = (f"{code},minister,Ministry,Minister,m@{code}.example,invented,2026-11-01" for code in ("KE", "GH", "IN"))
    head = "country,audience,organisation,office,email,source,checked_on"
    (folder / "contacts.csv").write_text("\n".join((head, *rows, "")), "utf-8")
    found = summed(folder, tmp_path / "look", one_of_each=True)
    kenya, others = found.variants
    assert [code for code, _ in kenya.recipients] == ["KE"]
    assert kenya.flags == ("goes to one reader",)
    assert [code for code, _ in others.recipients] == ["GH", "IN"]
    assert others.commonest
    assert others.changes == ()
    assert [(change.there, change.here) for change in kenya.changes] == [(("This is for the others.",), (1,))]
    mine = [(branch.line, text) for branch, text in found.untaken if branch.path == "minister/en.md"]
    assert mine == [(8, '{% elif country.code == "XX" %}')]
    page = (tmp_path / "look" / "variants.html").read_text("utf-8")
    assert "letters/minister/en.md:8" in page
    assert "in place of 1 marked" in page
    written = {path.name for path in (tmp_path / "look").rglob("*.pdf")}
    assert len(written) == 2, "one of each text"


def test_a_renumbered_draft_lists_the_letters_that_cite_it(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "look"
    before = summed(folder, out)
    assert (before.moved, before.changed) == ((), 0)
    own = folder / "campaign.toml"
    own.write_text(own.read_text("utf-8").replace("srhr = 8", "srhr = 9"), "utf-8")
    after = summed(folder, out)
    (moved,) = after.moved
    assert (moved.where, moved.was, moved.now) == ("campaign.toml [draft.paragraphs] srhr", "8", "9")
    assert len(moved.contacts) == after.changed > 0
    index = (out / "index.html").read_text("utf-8")
    assert "campaign.toml [draft.paragraphs] srhr was 8, is 9." in index
    assert "changed since the last preview" in index
    assert summed(folder, out).moved == (), "told once"


def test_what_a_preview_keeps_for_the_next_holds_no_address_and_no_text(folder: Path, tmp_path: Path) -> None:
    summed(folder, tmp_path / "look")
    kept = (tmp_path / "look" / ".mobilize-preview").read_text("utf-8")
    assert "@" not in kept
    assert "Ministry" not in kept
    (tmp_path / "look" / ".mobilize-preview").write_text("{broken", "utf-8")
    assert summed(folder, tmp_path / "look").moved == ()


def test_an_ngo_finds_its_own_letter_among_the_files(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    folder = campaign_folder()
    head = "country,audience,organisation,office,email,source,checked_on"
    rows = (
        "KE,minister,Ministry of Foreign Affairs,Minister for Foreign Affairs,m@mfa.ke.example,invented,2026-11-01",
        "KE,ngo,Lantern Network,,desk@lantern.example,invented,2026-11-01",
    )
    (folder / "contacts.csv").write_text("\n".join((head, *rows, "")), "utf-8")
    ngo = next(each for each in previewed(folder, tmp_path / "look") if each.audience == "ngo")
    assert (tmp_path / "look" / ngo.files["own_pdf"]).read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "look" / ngo.files["own_docx"]).read_bytes().startswith(b"PK")
    assert "its own letter (Word)" in (tmp_path / "look" / "index.html").read_text("utf-8")


def test_every_paragraph_says_why_when_it_is_pointed_at(folder: Path, tmp_path: Path) -> None:
    letter = previewed(folder, tmp_path / "look", Chosen(countries=("UY",)))[0]
    why = (tmp_path / "look" / letter.files["why"]).read_text("utf-8")
    assert re.search(r'<div tabindex=0 title="[^"]*record/positions\.csv:', why)
    assert 'title="fixed text of the template"' in why


def test_a_fault_of_the_campaign_itself_is_told_before_any_letter(folder: Path, tmp_path: Path) -> None:
    own = folder / "campaign.toml"
    own.write_text(own.read_text("utf-8").replace('tabled_by = "NO"', ""), "utf-8")
    with pytest.raises(DataFaulty, match=r"campaign\.toml"):
        previewed(folder, tmp_path / "look")
    assert not (tmp_path / "look").exists()
