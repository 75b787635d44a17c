"""Is it genuine: kept beside every reply, checked in the DNS where a person asks, and shown wherever a stance is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from mobilize.desk import receive, review, signatures, stances
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from mobilize.store import suppression
from mobilize.store.suppression import address_digest
from servers.dns import name_server
from servers.signing import ANSWER, MINISTRY, dns, ed25519, ed25519_record, signed_by_ministry

MakeFolder = Callable[..., Path]

OURS = b"Received: from mail.mfa.gov.ke by mx.wluml.org; Fri, 8 Nov 2013 10:00:00 +0000\r\n"
PASSED = b"Authentication-Results: mx.wluml.org; dmarc=pass header.from=mfa.gov.ke\r\n"
FAILED = b"Authentication-Results: mx.wluml.org; dmarc=fail header.from=mfa.gov.ke\r\n"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def desk(campaign_folder: MakeFolder) -> Iterator[Installation]:
    key = Fernet.generate_key().decode()
    with opened(campaign_folder(env=f"TRUSTED_AUTHSERV=mx.wluml.org\nMOBILIZE_KEY={key}\n")) as installation:
        yield installation


def arrive(installation: Installation, data: bytes) -> str:
    return receive.take(installation, RawMail(data=data, origin="test"), now=now()).reply


def forwarded(original: bytes) -> bytes:
    return (
        b"From: Partner <partner@ngo.example>\r\nTo: wluml@wluml.org\r\nSubject: Fwd: Your letter\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain\r\n\r\nSee their answer.\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + original + b"\r\n--b--\r\n"
    )


def proofs(installation: Installation) -> list[str]:
    found = review.entries(installation)
    return sorted(each.standing.value for each in review.proofs(installation, found).values())


def test_what_our_server_found_is_kept_beside_every_reply(desk: Installation) -> None:
    arrive(desk, OURS + PASSED + ANSWER)
    arrive(desk, OURS + FAILED + ANSWER)
    arrive(desk, ANSWER)
    arrive(desk, forwarded(ANSWER))
    assert proofs(desk) == ["failed", "genuine", "reported", "unverified"]
    rows = list(csv.DictReader(io.StringIO(review.exported(desk, form="csv", public=False).decode("utf-8-sig"))))
    assert sorted(row["proof"] for row in rows) == ["failed", "genuine", "reported", "unverified"]
    ledger = stances.ledger(desk, today=dt.date(2013, 11, 18))
    assert sorted(row.statement.proof for row in ledger) == ["failed", "genuine", "reported", "unverified"]
    assert {row.age for row in ledger} == {10}


def test_a_forged_mail_waits_for_a_person_and_its_stance_does_not_stand(desk: Installation) -> None:
    shown = review.one(desk, arrive(desk, OURS + FAILED + ANSWER))
    assert shown.entry.attention.startswith("may be forged")
    assert shown.current is None
    after = review.review(desk, shown.entry.reply, by="amina", now=now())
    assert after.current is not None
    assert (after.current.stance, after.current.proof) == ("cosponsor", "failed"), "a person may know better"


def test_a_forged_wish_to_be_left_alone_silences_nobody(desk: Installation) -> None:
    wish = ANSWER.replace(b"Kenya will co-sponsor the resolution.", b"Please unsubscribe me. Do not write to me again.")
    forged = review.one(desk, arrive(desk, OURS + FAILED + wish)).entry
    digest = address_digest("minister@mfa.gov.ke")
    with desk.store.reading() as connection:
        assert suppression.suppressed(connection, [digest]) == {}
    assert (forged.kind, forged.attention[:13]) == ("unsubscribe", "may be forged")
    arrive(desk, OURS + PASSED + wish)
    with desk.store.reading() as connection:
        assert suppression.suppressed(connection, [digest]) == {digest: "unsubscribed"}


def test_who_passed_a_statement_on_is_kept_with_it_and_encrypted(desk: Installation) -> None:
    reply = arrive(desk, forwarded(ANSWER))
    review.review(desk, reply, by="amina", now=now())
    rows = stances.ledger(desk, today=now().date(), reply=reply)
    assert {row.reporter for row in rows} == {"partner@ngo.example"}
    assert [row.confirmed_by for row in rows] == ["", "amina"]
    with desk.store.reading() as connection:
        kept = connection.execute(text("SELECT reporter FROM stances")).scalars().all()
    assert len(kept) == 2
    assert all(b"partner@ngo.example" not in bytes(each) for each in kept)
    table = stances.exported(desk, form="csv", today=now().date()).decode("utf-8-sig")
    assert [row["confirmed_by"] for row in csv.DictReader(io.StringIO(table))] == ["", "amina"]
    assert stances.exported(desk, form="xlsx", today=now().date()).startswith(b"PK")


def checked(installation: Installation, reply: str, **records: str) -> signatures.Vouched:
    (found,) = signatures.check_all(installation, [review.one(installation, reply)], dns(**records), now=now)
    return found


def test_an_original_signed_by_ed25519_alone_is_its_author_s_word_too(desk: Installation) -> None:
    original = signed_by_ministry(selector="s2", by=ed25519())
    found = checked(desk, arrive(desk, forwarded(original)), s2=ed25519_record())
    assert (found.proof.standing.value, found.checked[0].algorithm) == ("genuine", "ed25519-sha256")
    changed = original.replace(b"will co-sponsor", b"will oppose")
    assert checked(desk, arrive(desk, forwarded(changed)), s2=ed25519_record()).proof.standing.value == "failed"


def test_a_signature_by_a_method_that_is_not_known_is_said_in_words_and_stays_so(desk: Installation) -> None:
    original = signed_by_ministry().replace(b"a=rsa-sha256", b"a=ml-dsa-65")
    reply = arrive(desk, forwarded(original))
    found = checked(desk, reply)
    assert found.proof.standing.value == "reported"
    assert "made by a method that is not checked here: ml-dsa-65" in found.proof.why
    assert signatures.of(desk, review.one(desk, reply)).checked == found.checked, "as it is kept"


def test_an_attached_original_is_its_author_s_word_once_its_signature_is_checked(desk: Installation) -> None:
    reply = arrive(desk, forwarded(signed_by_ministry()))
    before = signatures.of(desk, review.one(desk, reply))
    assert (before.proof.standing.value, before.checked) == ("reported", ())
    (chosen,) = signatures.signed(desk)
    assert signatures.domains(chosen) == (MINISTRY,)
    (vouched,) = signatures.check_all(desk, [chosen], dns(), now=now)
    assert vouched.proof.standing.value == "genuine"
    assert proofs(desk) == ["genuine"]
    review.review(desk, reply, by="amina", now=now())
    said = [row.statement.proof for row in stances.ledger(desk, today=now().date())]
    assert said == ["reported", "genuine"], "what was recorded before is not rewritten"


@pytest.mark.parametrize(
    ("original", "standing"),
    [
        (signed_by_ministry().replace(b"will co-sponsor", b"will oppose"), "failed"),
        (signed_by_ministry(domain="list.example"), "reported"),
        (signed_by_ministry(selector="gone"), "reported"),
        (signed_by_ministry().replace(b"From: Minister <minister@mfa.gov.ke>", b"From: <x@evil.example>"), "reported"),
    ],
    ids=["changed", "another's signature", "no key", "another author"],
)
def test_what_does_not_vouch_for_its_author_leaves_a_forward_reported(
    desk: Installation, original: bytes, standing: str
) -> None:
    arrive(desk, forwarded(original))
    list(signatures.check_all(desk, signatures.signed(desk), dns(), now=now))
    assert proofs(desk) == [standing]


def test_a_pasted_answer_under_a_signed_one_borrows_no_signature(desk: Installation) -> None:
    inner = (
        b"From: Partner <partner@ngo.example>\r\nTo: wluml@wluml.org\r\nSubject: Fwd: Your letter\r\n\r\n"
        b"-----Original Message-----\r\nFrom: Minister <minister@mfa.gov.ke>\r\nSent: 8 November 2013 10:00\r\n"
        b"To: partner@ngo.example\r\nSubject: Your letter\r\n\r\nKenya will oppose the resolution.\r\n"
    )
    reply = arrive(desk, signed_by_ministry(inner))
    assert review.one(desk, reply).entry.parsed["from_address"] == "minister@mfa.gov.ke"
    list(signatures.check_all(desk, signatures.signed(desk), dns(), now=now))
    assert proofs(desk) == ["reported"]


def test_mail_that_nobody_judged_is_genuine_once_its_own_signature_is_checked(desk: Installation) -> None:
    arrive(desk, signed_by_ministry())
    assert proofs(desk) == ["unverified"]
    list(signatures.check_all(desk, signatures.signed(desk), dns(), now=now))
    assert proofs(desk) == ["genuine"]


def test_a_later_look_at_a_key_does_not_undo_what_our_server_found(desk: Installation) -> None:
    arrive(desk, OURS + FAILED + signed_by_ministry())
    list(signatures.check_all(desk, signatures.signed(desk), dns(), now=now))
    assert proofs(desk) == ["failed"]


def test_a_real_name_server_is_asked_and_nobody_before(
    campaign_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of_key = dns()(f"s1._domainkey.{MINISTRY}") or ""
    halves = f'"{text_of_key[:200]}" "{text_of_key[200:]}"'
    with name_server({f"s1._domainkey.{MINISTRY}": {"TXT": ['"other"', halves]}}) as server:
        with opened(campaign_folder(env=f"DNS_SERVER={server}\n")) as installation:
            with monkeypatch.context() as patch:
                patch.setattr(socket, "socket", _no_socket)
                arrive(installation, forwarded(signed_by_ministry()))
                signatures.of(installation, review.entries(installation)[0])
                chosen = signatures.signed(installation)
            (vouched,) = signatures.check_all(installation, chosen, now=now)
        assert vouched.proof.standing.value == "genuine"


def _no_socket(*_: object, **__: object) -> socket.socket:
    raise AssertionError("something asked the network")
