from __future__ import annotations

import errno
import os
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mobilize.campaign import folder
from mobilize.campaign.faults import Fault, Weight
from mobilize.errors import SourceUnreadable

ROOT = Path(__file__).parents[2]


def test_the_shipped_campaign_loads_without_fault() -> None:
    campaign, faults = folder.load(ROOT)
    assert faults == ()
    assert len(campaign.contacts) == 296
    assert {"minister/en.md", "nhri/fr.md", "ngo/es.md"} <= set(campaign.templates)


def test_a_folder_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="is not a folder") as caught:
        folder.load(tmp_path / "nowhere")
    assert "mobilize init" in caught.value.hint


def test_a_folder_without_a_charter_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"holds no campaign\.toml") as caught:
        folder.load(tmp_path)
    assert "mobilize init" in caught.value.hint


def test_missing_contacts_and_record_are_faults_and_the_rest_is_read(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    (path / "contacts.csv").unlink()
    shutil.rmtree(path / "record")
    campaign, faults = folder.load(path)
    assert [str(fault) for fault in faults] == [
        "record/resolutions.csv: this file is missing: no letter can cite anything",
        "record/positions.csv: this file is missing: no letter can cite anything",
        "contacts.csv: there are no contacts: put contacts.csv (or .xlsx, .ods) into the campaign folder",
    ]
    assert campaign.contacts == ()
    assert campaign.templates


def test_faults_of_every_file_are_told_in_one_run(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder("XX,ngo,Network,,,,a@b.example,,,,x,2013-11-01,")
    (path / "campaign.toml").write_text(
        (path / "campaign.toml").read_text("utf-8").replace("2013-11-01", "soon"), "utf-8"
    )
    with (path / "record/positions.csv").open("a") as file:
        file.write("KE,A/RES/66/164,cosponsor,,\n")
    (path / "letters/ngo/en.md").write_bytes(b"\xff\xfeno")
    _, faults = folder.load(path)
    assert {fault.path for fault in faults} == {
        "campaign.toml",
        "record/positions.csv",
        "contacts.csv",
        "letters/ngo/en.md",
    }


def test_contacts_may_be_a_workbook(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    frame = pd.read_csv(path / "contacts.csv", dtype=str, keep_default_na=False)
    frame.to_excel(path / "contacts.xlsx", index=False, engine="xlsxwriter")
    _, faults = folder.load(path)
    assert ["keep one" in str(fault) for fault in faults] == [True]
    (path / "contacts.csv").unlink()
    campaign, faults = folder.load(path)
    assert faults == ()
    assert [contact.country for contact in campaign.contacts] == ["KE", "SN", "UY", "NA", "GH", "PH"]


def test_utf16_and_windows_1252_with_semicolons_load(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    text = (path / "contacts.csv").read_text("utf-8")
    expected = folder.load(path)[0].contacts
    for encoding in ("utf-16", "cp1252"):
        (path / "contacts.csv").write_bytes(text.replace(",", ";").replace("\n", "\r\n").encode(encoding))
        campaign, faults = folder.load(path)
        assert faults == ()
        assert campaign.contacts == expected


def test_a_link_in_the_folder_leads_nowhere_outside_it(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    path = campaign_folder()
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (path / "letters/ngo/de.md").symlink_to(secret)
    (path / "contacts.csv").unlink()
    (path / "contacts.csv").symlink_to("/etc/passwd")
    campaign, faults = folder.load(path)
    assert [(fault.path, fault.sentence) for fault in faults] == [
        ("contacts.csv", "this leads out of the campaign folder: copy the file into it"),
        ("letters/ngo/de.md", "this leads out of the campaign folder: copy the file into it"),
    ]
    assert "ngo/de.md" not in campaign.templates


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "letters/../../secret.png"])
def test_a_logo_cannot_be_fetched_from_outside(campaign_folder: Callable[..., Path], tmp_path: Path, name: str) -> None:
    path = campaign_folder()
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    toml = path / "campaign.toml"
    toml.write_text(toml.read_text("utf-8").replace("[sender]", f'[sender]\nlogo = "{name}"'), "utf-8")
    campaign, faults = folder.load(path)
    assert [fault.column for fault in faults] == ["sender.logo"]
    assert "leads out of the campaign folder" in faults[0].sentence
    assert campaign.images == {}


def test_a_logo_that_is_no_image_is_a_fault(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    (path / "logo.png").write_text("not a picture")
    toml = path / "campaign.toml"
    toml.write_text(toml.read_text("utf-8").replace("[sender]", '[sender]\nlogo = "logo.png"'), "utf-8")
    assert folder.load(path)[1][0].sentence == "not a PNG or SVG image"
    (path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n rest")
    campaign, faults = folder.load(path)
    assert faults == ()
    assert set(campaign.images) == {"logo.png"}


def test_a_named_pipe_is_not_waited_for(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    (path / "contacts.csv").unlink()
    os.mkfifo(path / "contacts.csv")
    assert "no plain file" in str(folder.load(path)[1][0])


def test_a_file_that_may_not_be_read_says_so(
    campaign_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = campaign_folder()
    whole = Path.read_bytes

    def refuse(target: Path) -> bytes:
        # Patched, not chmod: root, as which the gate runs, may read everything.
        if target.name == "contacts.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(target)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read: Permission denied" in str(folder.load(path)[1][0])


def test_a_huge_table_is_a_fault_not_a_full_memory(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    with (path / "contacts.csv").open("ab") as file:
        file.truncate(folder.LARGEST_TABLE + 2**20)
    assert "where 64 MB are the most" in str(folder.load(path)[1][0])


@pytest.fixture
def extending(campaign_folder: Callable[..., Path]) -> Path:
    """A campaign inside another: its own charter, one letter, one position, its own contacts."""
    base = campaign_folder()
    own = base / "next" / "round"
    (own / "letters/ngo").mkdir(parents=True)
    (own / "record").mkdir()
    toml = (base / "campaign.toml").read_text("utf-8").replace('slug = "whrd-2013"', 'slug = "next"\nextends = "../.."')
    (own / "campaign.toml").write_text(toml.replace("as_of = 2013-11-12", "as_of = 2016-01-01"), "utf-8")
    (own / "letters/ngo/en.md").write_text("---\nsubject: Own\n---\nOwn text\n")
    (own / "record/positions.csv").write_text("country,resolution,role,date,source\nKE,A/RES/66/164,cosponsor,,own\n")
    (own / "contacts.csv").write_text("country,audience,organisation,email\nKE,ngo,Own,own@own.example\n")
    return own


def test_an_extended_campaign_lends_letters_and_record_and_never_contacts(extending: Path) -> None:
    campaign, faults = folder.load(extending)
    assert [fault for fault in faults if fault.weight is Weight.ERROR] == []
    assert campaign.templates["ngo/en.md"].endswith("Own text\n")
    assert "minister/fr.md" in campaign.templates
    assert [contact.organisation for contact in campaign.contacts] == ["Own"]
    assert [(each.resolution.symbol, each.source) for each in campaign.record.positions["KE"][:1]] == [
        ("A/RES/66/164", "own")
    ]
    # Its own as_of lets it see more than the campaign that it extends does.
    assert "A/RES/70/161" in campaign.record.resolutions


def test_a_fault_in_an_extended_folder_names_that_folder(extending: Path) -> None:
    with (extending / "../../record/positions.csv").open("a") as file:
        file.write("XX,A/RES/66/164,cosponsor,,x\n")
    _, faults = folder.load(extending)
    assert "../../record/positions.csv" in {fault.path for fault in faults}


def test_extending_nothing_or_oneself_is_a_fault(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    toml = (path / "campaign.toml").read_text("utf-8")
    for target, sentence in (("../nowhere", "no campaign folder is there"), (".", "leads round in a circle")):
        (path / "campaign.toml").write_text(toml.replace("[campaign]", f'[campaign]\nextends = "{target}"'), "utf-8")
        _, faults = folder.load(path)
        assert [sentence in str(fault) for fault in faults] == [True]


def test_streamed_contacts_are_the_same_as_those_read_whole(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    rows = (path / "contacts.csv").read_text("utf-8").splitlines()
    rows += [
        "XX,minister,Ministry,Minister,,,x@x.example,,,,x,2026-11-01,",
        'UG,ngo,"Two\nlines",,,,u@u.example,,,,x,2026-11-01,',
        "TZ,ngo,Ragged",
        "RW,ngo,Again,,,,U@u.example,,,,x,2026-11-01,",
        'BI,ngo,"never closed',
    ]
    for encoding in ("utf-8", "utf-16", "cp1252"):
        (path / "contacts.csv").write_bytes("\n".join(rows).encode(encoding))
        campaign, faults = folder.load(path)
        streamed = list(folder.stream_contacts(path))
        assert [each for each in streamed if not isinstance(each, Fault)] == list(campaign.contacts)
        assert sorted(map(str, (each for each in streamed if isinstance(each, Fault)))) == sorted(map(str, faults))


def test_a_stream_of_what_is_no_table_is_its_faults(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    (path / "contacts.csv").write_text("country,audience\nKE,ngo\n")
    assert [each.column for each in folder.stream_contacts(path) if isinstance(each, Fault)] == [
        "organisation",
        "email",
    ]
    (path / "contacts.csv").write_bytes(b"")
    assert ["is empty" in str(each) for each in folder.stream_contacts(path)] == [True]
    (path / "contacts.csv").unlink()
    assert ["there are no contacts" in str(each) for each in folder.stream_contacts(path)] == [True]


def test_a_campaign_can_be_read_without_its_contacts(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder("XX,minister,Ministry,Minister,,,x@x.example,,,,x,2026-11-01,")
    campaign, faults = folder.frame(path)
    assert (campaign.contacts, faults) == ((), ())
    assert campaign.record.positions


def test_many_contacts_are_streamed_in_flat_memory(campaign_folder: Callable[..., Path]) -> None:
    path = campaign_folder()
    with (path / "contacts.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"KE,ngo,Network {number},,,,o{number}@n.example,,,,x,2026-11-01,\n" for number in range(6_000))
    tracemalloc.start()
    try:
        stream = folder.stream_contacts(path)
        for _ in range(1_000):
            next(stream)
        early, _ = tracemalloc.get_traced_memory()
        count = sum(1 for _ in stream)
        late, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 5_006
    # Two tables of 64 bits and a line, doubled twice on the way; 5,000 contacts held would be six megabytes.
    assert late - early < 2**20


def test_contacts_read_again_are_those_that_were_read() -> None:
    known = folder.load(ROOT)[0].contacts
    assert [folder.contact_again(name, row) for name, row in folder.named_rows(ROOT)] == list(known)
    some = known[3::40]
    assert list(folder.contacts_on(ROOT, {each.line for each in some})) == list(some)


def test_the_digest_of_all_that_letters_are_made_from_changes_with_each_file(
    campaign_folder: Callable[..., Path],
) -> None:
    parent = campaign_folder()
    child = parent / "child"
    child.mkdir()
    (child / "letters").mkdir()
    shutil.copy(parent / "contacts.csv", child)
    (child / "logo.svg").write_text("<svg/>", "utf-8")
    charter = (parent / "campaign.toml").read_text("utf-8").replace("[campaign]", '[campaign]\nextends = ".."', 1)
    (child / "campaign.toml").write_text(charter.replace("[sender]", '[sender]\nlogo = "logo.svg"', 1), "utf-8")
    seen = {folder.inputs_digest(child)}
    assert folder.inputs_digest(child) in seen
    for path in (
        parent / "letters/ngo/en.md",
        parent / "letters/letter.typ",
        parent / "record/positions.csv",
        parent / "campaign.toml",
        child / "campaign.toml",
        child / "contacts.csv",
        child / "logo.svg",
        child / "letters/own.md",
        child / "contacts.xlsx",
    ):
        before = path.read_bytes() if path.exists() else b""
        path.write_bytes(before + b"\n")
        seen.add(folder.inputs_digest(child))
    assert len(seen) == 10


def test_there_is_no_digest_where_a_file_cannot_be_read(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    path = campaign_folder()
    (tmp_path / "outside.md").write_text("x", "utf-8")
    (path / "letters/more.md").symlink_to(tmp_path / "outside.md")
    assert folder.inputs_digest(path) == ""
    (path / "letters/more.md").unlink()
    assert folder.inputs_digest(path)
    (path / "contacts.csv").unlink()
    assert folder.inputs_digest(path) == ""
