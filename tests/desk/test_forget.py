"""What is removed is gone from every file; what must stay of it stays; a key can be changed and the old one let go."""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, func, insert, select, update

from mobilize.access.roles import Role
from mobilize.desk import forget, hear, inbox, keys, people, receive, review
from mobilize.errors import KeyMissing, LedgerUnusable, Refused
from mobilize.inbox.form import Told
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from mobilize.replies.pages import Wanted
from mobilize.store import schema, schema_people, schema_web, suppression
from mobilize.store.sealed import seal

MakeFolder = Callable[..., Path]
WORD = "quetzalcoatlite"
OTHER = "pyrargyrite"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def mail(word: str, sender: str = "desk@lantern.example", *, cc: str = "", day: int = 20) -> RawMail:
    attachment = base64.b64encode(f"attached {word} attached".encode()).decode()
    text = f"""From: {sender}
To: us@campaign.example
Cc: {cc}
Date: Fri, {day} Nov 2026 09:00:00 +0000
Subject: {word} in the subject
Message-ID: <{word}@lantern.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

The Government of Kenya will co-sponsor the {word} resolution.
--x
Content-Type: text/plain; name={word}.txt
Content-Disposition: attachment; filename={word}.txt
Content-Transfer-Encoding: base64

{attachment}
--x--
"""
    return RawMail(data=text.replace("\n", "\r\n").encode(), origin="test")


@pytest.fixture
def here(campaign_folder: MakeFolder) -> Iterator[Installation]:
    """A ledger in clear, the hardest to clean: no key is set."""
    with opened(campaign_folder()) as installation:
        yield installation


def files_with(folder: Path, word: str) -> list[str]:
    """Every file below a folder in whose bytes a word stands, as it is or as an attachment holds it."""
    encoded = [base64.b64encode((" " * lead + word).encode())[4:-4] for lead in range(3)]
    wanted = (word.encode(), word.encode("utf-16-le"), *encoded)
    found = [each for each in folder.rglob("*") if each.is_file() and each.name != "contacts.csv"]
    return [each.name for each in found if any(form in each.read_bytes() for form in wanted)]


def test_a_word_of_a_purged_mail_is_found_in_no_file(here: Installation) -> None:
    gone = receive.take(here, mail(WORD), now=now()).reply
    stays = receive.take(here, mail(OTHER), now=now()).reply
    review.review(here, gone, by="ana", stance="cosponsor", country="KE", now=now())
    assert "ledger.sqlite-wal" in files_with(here.folder, WORD), "the log holds it before"
    done = forget.purge(here, [gone[:10]], by="ana", now=now())
    assert done.messages == 1
    assert files_with(here.folder, WORD) == []
    assert files_with(here.folder, gone) == [], "nor does its id"
    assert files_with(here.folder, OTHER), "the other mail is there"
    assert [each.entry.reply for each in review.entries(here)] == [stays]
    [row] = [each for each in inbox.board_rows(here) if each.country.code == "KE"]
    assert row.current is not None
    assert row.current.status.value == "suggested", "what the other mail says still stands, and no more"


def test_a_reader_in_another_program_is_said_to_keep_the_log(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = receive.take(here, mail(WORD), now=now()).reply
    monkeypatch.setattr("mobilize.store.engine.BUSY_SECONDS", 0)
    here.store.engine.dispose()
    with here.store.engine.connect() as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("SELECT count(*) FROM raw_mail").all()
        with pytest.raises(LedgerUnusable, match="another program"):
            forget.purge(here, [reply], by="ana", now=now())
        other.exec_driver_sql("COMMIT")
    # The row went; the next removal, of whatever, empties the log.
    forget.expire(here, days=9000, all_kinds=True, by="ana", now=now())
    assert files_with(here.folder, WORD) == []


def test_who_is_forgotten_leaves_a_salted_digest_alone(here: Installation) -> None:
    hers = receive.take(here, mail(WORD, "Desk@Lantern.example"), now=now()).reply
    others = receive.take(here, mail(OTHER, "bureau@phare.example", cc="desk@lantern.example"), now=now()).reply
    told = Told(form="1", day="2026-11-24", targets=("KE",), organisation="Lantern", email="desk@lantern.example")
    hear.take_in(here, told, now=now())
    digest = suppression.address_digest("desk@lantern.example")
    with here.store.writing() as connection:
        row = {"campaign": "x", "letter": "1", "contact": "c", "round": 1, "country": "KE", "audience": "ngo"}
        more = {"language": "en", "digest": "", "message_id": "<1@x>", "state": "sent", "queued_at": now()}
        letter = {**row, **more, "changed_at": now(), "address_digest": digest}
        connection.execute(insert(schema.letters).values(**letter))
    shown = forget.held(here, "desk@lantern.example", now=now())
    assert {str(each["reply"]) for each in shown["mail"]} >= {hers}  # type: ignore[attr-defined]
    assert len(shown["mail"]) == 2  # type: ignore[arg-type]
    assert WORD in json.dumps(shown)
    assert shown["named_in"] == [others]
    assert [each["letter"] for each in shown["letters"]] == ["1"]  # type: ignore[attr-defined]

    done = forget.forget(here, "desk@lantern.example", by="ana", now=now())
    assert (done.messages, done.letters, done.named_in) == (2, 1, (others,))
    assert files_with(here.folder, WORD) == []
    assert files_with(here.folder, digest) == [], "a digest without salt could be looked up"
    with here.store.reading() as connection:
        assert suppression.suppressed(connection, [digest]) == {digest: "by_hand"}
        assert connection.execute(select(func.count()).select_from(schema.plans)).scalar() == 0
    assert forget.held(here, "desk@lantern.example", now=now())["mail"] == []
    forget.purge(here, [others], by="ana", now=now())
    assert files_with(here.folder, "desk@lantern.example") == []
    with pytest.raises(Refused):
        forget.forget(here, "Lantern", by="ana", now=now())


def test_digests_of_an_older_ledger_still_count_and_are_salted_with_the_next(here: Installation) -> None:
    old = suppression.address_digest("old@lantern.example")
    with here.store.writing() as connection:
        connection.execute(insert(schema.suppression).values(address_digest=old, reason="dead", source="", at=now()))
        assert suppression.suppressed(connection, [old]) == {old: "dead"}
        suppression.suppress(connection, "new@lantern.example", reason="by_hand", source="", now=now())
        assert suppression.suppressed(connection, [old]) == {old: "dead"}
        kept = set(connection.execute(select(schema.suppression.c.address_digest)).scalars())
    assert len(kept) == 2
    assert all(each.startswith("s") for each in kept)


def test_what_is_old_goes_and_what_countries_said_stays_without_its_words(here: Installation) -> None:
    old = now() - dt.timedelta(days=100)
    told = Told(form="1", day="2026-08-01", country="KE", stance="support", text=f"{WORD} they said")
    receive.take(here, hear.form.kept(told, here.campaign.slug), now=old)
    ministry = receive.take(here, mail(OTHER, "minister@mfa.ke.example"), now=old).reply
    new = receive.take(here, mail("rhodochrosite"), now=now()).reply
    assert forget.expiring(here, days=90, all_kinds=True, now=now()) == 2
    done = forget.expire(here, days=90, all_kinds=False, by="ana", now=now())
    kinds = {each.entry.reply: each.entry.kind for each in review.entries(here)}
    assert new in kinds
    assert (done.messages, ministry in kinds) == (1, True)
    assert files_with(here.folder, WORD) == []
    with here.store.reading() as connection:
        kept = connection.execute(select(schema.stances).where(schema.stances.c.stance == "support")).all()
    assert [(row.country, row.quote, row.rule) for row in kept] == [("KE", "", "")]
    assert forget.expire(here, days=90, all_kinds=True, by="ana", now=now()).messages == 1
    assert files_with(here.folder, OTHER) == []


def test_everything_can_go_by_command_and_the_command_is_honest(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    with opened(folder) as installation:
        receive.take(installation, mail(WORD), now=now())

    def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mobilize.cli.run", "-C", str(folder), *words]
        command[1:3] = ["-c", "from mobilize.cli import main; main()"]
        return subprocess.run(command, capture_output=True, text=True, input=typed, check=False)

    refused = run("purge", "--everything", typed="yes\n")
    assert (refused.returncode, "nothing was removed" in refused.stderr) == (1, True)
    assert files_with(folder, WORD)
    assert run("purge").returncode == 1, "neither replies nor everything"
    done = run("purge", "--everything", typed="remove\n")
    assert "1 message removed." in done.stdout
    assert "backups" in done.stderr
    assert "SSD" in done.stderr
    assert files_with(folder, WORD) == []
    counted = run("expire", "--older-than", "1", "--dry-run")
    assert counted.stdout.startswith("0 messages")


def with_keys(folder: Path, *names: str) -> None:
    (folder / ".env").write_text(f"MOBILIZE_KEY={','.join(names)}\n", "utf-8")


def test_after_a_rotation_the_old_key_opens_nothing_and_the_new_one_everything(
    campaign_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, old, new = campaign_folder(), keys.new(), keys.new()
    with opened(folder) as installation:
        clear = receive.take(installation, mail(OTHER), now=now()).reply
    with_keys(folder, old)
    with opened(folder) as installation:
        closed = receive.take(installation, mail(WORD), now=now()).reply
        people.add(installation, "ana", Role.LEAD, "four words that differ", by="test", now=now())
        found = inbox.page(installation, Wanted(text=WORD), most=5)
        assert [each.entry.reply for each in found.shown] == [closed]
        assert [each.entry.reply for each in inbox.page(installation, Wanted(text=OTHER), most=5).shown] == [clear]
    with_keys(folder, new, old)
    with opened(folder) as installation:
        # A run that is broken off: one batch is one row here, and the second fails.
        monkeypatch.setattr("mobilize.store.rotate._AT_ONCE", 1)
        seen: list[str] = []

        def stop(what: str, _rows: int) -> None:
            seen.append(what)
            if len(seen) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            keys.rotate(installation, by="ana", now=now(), told=stop)
        done = keys.rotate(installation, by="ana", now=now(), told=lambda *_: None)
        assert done["raw_mail"] == (2, 0), "the first run did these two"
        assert done["replies"] == (2, 2)
        assert done["people"] == (1, 1)
        assert done["stances"] == (2, 2), "the quotes"
        assert done["words"] == (2, 2)
        again = keys.rotate(installation, by="ana", now=now(), told=lambda *_: None)
        assert {anew for _, anew in again.values()} == {0}
        ids = [each.entry.reply for each in inbox.page(installation, Wanted(text=OTHER), most=5).shown]
        assert ids == [clear]
    assert files_with(folder, OTHER) == [], "what was in clear is encrypted now"
    assert files_with(folder, "will co-sponsor") == [], "nor does a stance say what it rests on"
    with_keys(folder, new)
    with opened(folder) as installation:
        [said] = review.said(installation, closed)
        assert "co-sponsor" in said.quote
        assert WORD in review.original(installation, closed).decode()
        ids = [each.entry.reply for each in inbox.page(installation, Wanted(text=WORD), most=5).shown]
        assert ids == [closed]
        with installation.store.reading() as connection:
            blobs = [
                bytes(each)
                for column in (schema.raw_mail.c.data, schema.replies.c.parsed, schema_people.people.c.totp)
                for each in connection.execute(select(column)).scalars()
            ]
        for blob in blobs:
            with pytest.raises(KeyMissing):
                seal(old).opened(blob)
            assert seal(new).opened(blob)
        raw = (folder / ".mobilize" / "ledger.sqlite").read_bytes()
        assert all(Fernet(new).decrypt(blob) for blob in blobs)
        assert raw.count(b"gAAAAA") >= len(blobs)


def test_a_rotation_without_a_key_is_refused(here: Installation) -> None:
    with pytest.raises(KeyMissing):
        keys.rotate(here, by="ana", now=now(), told=lambda *_: None)


def test_an_older_ledger_gets_its_places_its_words_and_its_stances(here: Installation) -> None:
    reply = receive.take(here, mail(WORD), now=now()).reply
    with here.store.writing() as connection:
        connection.execute(update(schema.replies).values(place=None, received_at=None))
        connection.execute(delete(schema_web.indexed))
        connection.execute(delete(schema_web.stances_now))
    page = inbox.page(here, Wanted(text=WORD), most=5)
    assert [each.entry.reply for each in page.shown] == [reply]
    assert page.shown[0].current is not None
