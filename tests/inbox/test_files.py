"""Mail out of files: each message once, byte for byte, in the order of names."""

from __future__ import annotations

import io
import mailbox
import sys
from pathlib import Path

import pytest

from mobilize.errors import SourceUnreadable
from mobilize.inbox import files

ONE = b"From: a@b.example\nSubject: one\n\nFrom here on it is a sentence.\n"
TWO = b"From: a@b.example\nSubject: two\n\nsecond\n"


def bodies(*paths: Path) -> list[bytes]:
    return [raw.data for raw in files.read(paths)]


def test_a_file_is_one_message_byte_for_byte(tmp_path: Path) -> None:
    crlf = ONE.replace(b"\n", b"\r\n")
    (tmp_path / "one.eml").write_bytes(crlf)
    assert bodies(tmp_path / "one.eml") == [crlf]


def test_a_file_named_outright_is_read_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(ONE)
    assert bodies(tmp_path / "one.txt") == [ONE]
    assert bodies(tmp_path) == []


def test_an_mbox_as_python_writes_it_is_cut_into_its_messages(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box.mbox")
    for data in (ONE, TWO):
        box.add(data)
    box.close()
    first, second = bodies(tmp_path / "box.mbox")
    assert (first.replace(b">From here", b"From here"), second) == (ONE, TWO)


def test_a_quoted_from_line_of_an_mbox_is_restored(tmp_path: Path) -> None:
    separator = b"From a@b.example Tue Nov 12 10:00:00 2013\n"
    (tmp_path / "box").write_bytes(separator + b"Subject: x\n\n>From the Ministry\n>>From deeper\n\n" + separator + TWO)
    assert bodies(tmp_path / "box") == [b"Subject: x\n\nFrom the Ministry\n>From deeper\n", TWO]


def test_a_sentence_that_begins_with_from_does_not_cut_an_mbox(tmp_path: Path) -> None:
    separator = b"From a@b.example Tue Nov 12 10:00:00 2013\n"
    (tmp_path / "box").write_bytes(separator + b"Subject: x\n\nfirst\n\nFrom Monday on we are closed.\n")
    assert len(bodies(tmp_path / "box")) == 1


def test_a_maildir_gives_what_is_new_and_what_was_seen(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(ONE)
    box.add(TWO)
    assert sorted(bodies(tmp_path / "box")) == sorted([ONE, TWO])


def test_folders_are_read_in_the_order_of_names_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.eml").write_bytes(TWO)
    (tmp_path / "a.eml").write_bytes(ONE)
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    assert bodies(tmp_path) == [ONE, TWO]


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE)))
    assert bodies(Path("-")) == [ONE]


def test_a_path_that_is_not_there_stops_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(ONE)
    found = files.read([tmp_path / "one.eml", tmp_path / "none.eml"])
    assert next(found).data == ONE
    with pytest.raises(SourceUnreadable, match=r"none\.eml"):
        next(found)


def test_the_origin_names_the_file_and_never_an_address(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(ONE)
    assert [raw.origin for raw in files.read([tmp_path])] == ["file:one.eml"]
