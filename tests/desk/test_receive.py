"""The way back: nothing that arrives is lost, nothing is taken twice, and a suggestion is no promise."""

from __future__ import annotations

import datetime as dt
import io
import mailbox
import sqlite3
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mobilize.desk import plan as planning
from mobilize.desk import receive, review, samples, send, start, status
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused, SourceUnreadable
from mobilize.inbox import read
from mobilize.installation import Installation, opened
from servers.ledger import counts
from servers.smtp import faulty_server

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

DEMO = Path(__file__).parents[2] / "demo"

#: The addressees whom the invented replies of demo/ answer.
ROWS = (
    "UY,minister,Ministerio,Ministra,,f,ministra@mrree.uy.example,,,,invented,2026-11-01,",
    "GH,minister,Ministry,Minister,,,minister@mfa.gh.example,,,,invented,2026-11-01,",
    "KI,minister,Ministry,Minister,,,minister@mfa.ki.example,,,,invented,2026-11-01,",
    "PH,nhri,Commission,Chairperson,,,office@chr.ph.example,,A,,invented,2026-11-01,",
    "SN,minister,Ministère,Ministre,,,ministre@mae.sn.example,,,,invented,2026-11-01,",
)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def sent(campaign_folder: MakeFolder, sandbox_env: Env, tmp_path: Path) -> Iterator[tuple[Installation, Path]]:
    """A campaign whose letters went out, and a folder with the invented replies to them."""
    with faulty_server() as server, opened(campaign_folder(*ROWS, env=sandbox_env(server.port))) as installation:
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        send.send(installation, plan, now=now, told=lambda *_: None)
        of = {contact.emails[0]: contact for contact in installation.campaign.contacts}
        letters = {}
        for each in server.taken:
            contact = of[each.recipients[0]]
            letters[contact.country, contact.audience.value] = each.data
        replies = tmp_path / "replies"
        replies.mkdir()
        for name, message in samples.filled(DEMO, letters, installation.campaign.sender.address):
            (replies / name).write_bytes(message)
        yield installation, replies


def take(installation: Installation, *paths: Path) -> list[receive.Taken]:
    return list(receive.take_in(installation, paths, now=now()))


def test_every_sample_is_filled_in(sent: tuple[Installation, Path]) -> None:
    _, replies = sent
    assert len(list(replies.iterdir())) == len(list(DEMO.glob("*.eml")))
    assert not any(b"${" in path.read_bytes() for path in replies.iterdir())


def test_each_reply_is_what_it_is(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies)
    found = {
        (shown.entry.kind, shown.entry.country, shown.entry.stance, shown.entry.via)
        for shown in review.entries(installation)
    }
    assert found == {
        ("reply", "UY", "cosponsor", "direct"),
        ("reply", "GH", "conditional", "forward_inline"),
        ("bounce", "KI", None, None),
        ("auto_reply", "PH", None, "direct"),
        ("partner_report", None, None, "direct"),
        ("acknowledgement", "SN", None, "direct"),
    }


def test_a_reply_finds_its_letter(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies / "1-direct-reply.eml")
    [shown] = review.entries(installation)
    [letter] = [each for each in status.fates(installation, 1) if each.country == "UY"]
    assert shown.entry.letter == letter.letter


def test_a_bounce_is_told_to_the_outbox_and_its_address_is_not_written_to_again(
    sent: tuple[Installation, Path],
) -> None:
    installation, replies = sent
    take(installation, replies / "3-bounce.eml")
    [missing] = status.missing(installation, 1, now=now())
    assert (missing.country, missing.state) == ("KI", "failed")
    assert "bounced: 5.1.1" in missing.why
    second = planning.plan(installation, chosen=Chosen(), round=2, limit=None, now=now())
    assert {each.country for each in second.skipped if "suppression list" in each.why} == {"KI"}


def test_a_bounce_of_an_address_that_we_never_wrote_to_changes_nothing(
    sent: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, replies = sent
    forged = (replies / "3-bounce.eml").read_bytes().replace(b"mfa.ki.example", b"mfa.fj.example")
    (tmp_path / "forged.eml").write_bytes(forged)
    take(installation, tmp_path / "forged.eml")
    assert counts(installation)["failed"] == 0


def test_a_bounce_without_our_own_message_id_fails_the_letter_and_suppresses_nobody(
    sent: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, replies = sent
    real = (replies / "3-bounce.eml").read_text("utf-8")
    [ours] = [each.message_id for each in status.fates(installation, 1) if each.country == "KI"]
    (tmp_path / "forged.eml").write_text(real.replace(ours, "<guessed@wluml.org>"), "utf-8")
    take(installation, tmp_path / "forged.eml")
    assert counts(installation)["failed"] == 1
    second = planning.plan(installation, chosen=Chosen(), round=2, limit=None, now=now())
    assert not [each for each in second.skipped if "suppression list" in each.why]


def test_the_same_message_twice_is_one_entry(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    first, second = take(installation, replies), take(installation, replies)
    assert all(each.new for each in first)
    assert not any(each.new for each in second)
    assert receive.summary(installation).replies == len(first)


def test_a_program_that_dies_between_keeping_and_reading_loses_nothing(
    sent: tuple[Installation, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, replies = sent

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(read, "read", die)
        with pytest.raises(KeyboardInterrupt):
            take(installation, replies / "1-direct-reply.eml")
    assert receive.summary(installation).replies == 0
    taken = take(installation)
    assert [each.country for each in taken] == ["UY"]


def test_what_cannot_be_understood_is_in_the_log_for_a_person(sent: tuple[Installation, Path], tmp_path: Path) -> None:
    installation, _ = sent
    (tmp_path / "rubbish.eml").write_bytes(bytes(range(256)) * 40)
    take(installation, tmp_path / "rubbish.eml")
    [shown] = review.entries(installation)
    assert shown.entry.attention


def test_mbox_maildir_and_standard_input_are_read(
    sent: tuple[Installation, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, replies = sent
    one, two, three, *_ = sorted(replies.iterdir())
    box = mailbox.mbox(tmp_path / "box.mbox")
    box.add(message_from_bytes(one.read_bytes(), policy=policy.compat32))
    box.close()
    mailbox.Maildir(tmp_path / "maildir").add(two.read_bytes())

    class Stdin:
        buffer = io.BytesIO(three.read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    taken = take(installation, tmp_path / "box.mbox", tmp_path / "maildir", Path("-"))
    assert [each.country for each in taken] == ["UY", "GH", "KI"]


def test_a_path_that_cannot_be_read_is_named(sent: tuple[Installation, Path], tmp_path: Path) -> None:
    installation, _ = sent
    with pytest.raises(SourceUnreadable, match=r"nowhere\.eml"):
        take(installation, tmp_path / "nowhere.eml")


def test_what_needs_a_person_comes_first_and_machines_last(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies)
    kinds = [shown.entry.kind for shown in review.entries(installation)]
    assert kinds[:2] == ["reply", "reply"]
    assert kinds[-1] == "bounce"


def test_a_stance_is_a_suggestion_until_a_person_confirms_it(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies / "1-direct-reply.eml")
    [shown] = review.entries(installation)
    assert shown.current is not None
    assert shown.current.status == "suggested"
    assert "copatrocin" in shown.current.standing[0].quote
    after = review.review(installation, shown.entry.reply, by="amina", now=now())
    assert after.current is not None
    assert (after.current.status, after.current.stance) == ("confirmed", "cosponsor")
    assert after.entry.attention == ""


def test_a_correction_of_the_country_takes_the_stance_from_the_other_one(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies / "2-forwarded-by-an-ngo.eml")
    [shown] = review.entries(installation)
    review.review(installation, shown.entry.reply, by="amina", country="TG", now=now())
    rows = {row.country.code: row.current for row in review.board_rows(installation)}
    assert rows["GH"] is None
    assert rows["TG"] is not None
    assert rows["TG"].stance == "conditional"


def test_a_review_names_its_reviewer_and_a_real_stance(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies / "1-direct-reply.eml")
    [shown] = review.entries(installation)
    for wrong in ({"by": ""}, {"by": "parser"}, {"by": "amina", "stance": "maybe"}, {"by": "amina", "country": "XX"}):
        with pytest.raises(Refused):
            review.review(installation, shown.entry.reply, now=now(), **wrong)


def test_reading_anew_keeps_what_people_said(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies / "1-direct-reply.eml")
    [shown] = review.entries(installation)
    review.review(installation, shown.entry.reply, by="amina", stance="support", now=now())
    list(receive.read_anew(installation, now=now()))
    [again] = review.entries(installation)
    assert again.current is not None
    assert (again.current.stance, again.current.status) == ("support", "corrected")
    assert again.entry.reviewed_by == "amina"


def test_the_board_shows_who_answered_and_the_export_what_may_be_shown(sent: tuple[Installation, Path]) -> None:
    installation, replies = sent
    take(installation, replies)
    rows = {row.country.code: row for row in review.board_rows(installation)}
    assert rows["UY"].letters == {"sent": 1}
    assert rows["KI"].letters == {"failed": 1}
    assert {code for code, row in rows.items() if row.plans} >= {"BJ", "TG", "BF"}
    public = review.exported(installation, form="csv", public=True)
    assert b"UY" not in public
    [uruguay] = [shown for shown in review.entries(installation) if shown.entry.country == "UY"]
    review.review(installation, uruguay.entry.reply, by="amina", now=now())
    public = review.exported(installation, form="csv", public=True)
    assert b"GRULAC,fewer than 5," in public
    assert b"Uruguay" not in public, "one state alone would tell who is at work there"
    organiser = review.exported(installation, form="csv", public=False)
    assert b"desk@lantern-network.example" in organiser
    assert b"desk@lantern-network.example" not in public


@pytest.mark.parametrize("either_ledger", ["sqlite"], indirect=True)
def test_mail_is_encrypted_at_rest_when_a_key_is_set(campaign_folder: MakeFolder, tmp_path: Path) -> None:
    folder = campaign_folder(env=f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n")
    secret = b"the words of a defender in danger"
    (tmp_path / "m.eml").write_bytes(b"From: a@lantern.example\r\nSubject: hello\r\n\r\n" + secret + b"\r\n")
    with opened(folder) as installation:
        take(installation, tmp_path / "m.eml")
        [shown] = review.entries(installation)
        assert secret in review.original(installation, shown.entry.reply)
        assert secret.decode() in str(shown.entry.parsed["text"])
    ledger = folder / ".mobilize" / "ledger.sqlite"
    sqlite3.connect(ledger).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    kept = b"".join(path.read_bytes() for path in ledger.parent.glob("ledger.sqlite*"))
    assert secret not in kept
    assert b"a@lantern.example" not in kept


def test_the_shipped_campaign_can_be_written_anew_and_not_over_another(tmp_path: Path) -> None:
    written = list(start.write(tmp_path / "new", "water-2027"))
    assert tmp_path / "new" / "campaign.toml" in written
    with opened(tmp_path / "new") as installation:
        assert installation.campaign.slug == "water-2027"
        assert installation.errors == ()
    with pytest.raises(Refused, match="not an empty folder"):
        list(start.write(tmp_path / "new", "other"))
    with pytest.raises(Refused, match="not a short name"):
        list(start.write(tmp_path / "newer", "../evil"))
