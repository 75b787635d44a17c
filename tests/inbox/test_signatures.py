"""Signatures on mail whose bytes are there: they hold, or they do not, and nobody is asked unless a person wants it."""

from __future__ import annotations

import datetime as dt

import pytest

from mobilize.inbox.decode import decode
from mobilize.inbox.genuine import originals
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context
from mobilize.inbox.signatures import Lookup, Outcome, check
from servers.signing import ANSWER, MINISTRY, dns, sealed, signed_by_dkimpy, signed_by_ministry, with_tags

NOW = dt.datetime(2013, 11, 9, tzinfo=dt.UTC)


def outcomes(data: bytes, lookup: Lookup | None = None, *, now: dt.datetime = NOW) -> list[tuple[str, str, str]]:
    found = check(data, decode(data), place="", lookup=lookup or dns(), now=now)
    return [(each.method, each.domain, each.outcome.value) for each in found]


@pytest.mark.parametrize("data", [signed_by_ministry(), signed_by_dkimpy()], ids=["ours", "dkimpy's"])
def test_a_signature_holds_as_long_as_nothing_was_changed(data: bytes) -> None:
    assert outcomes(data) == [("dkim", MINISTRY, "holds")]
    assert outcomes(data.replace(b"\r\n", b"\n")) == [("dkim", MINISTRY, "holds")], "as a Maildir keeps it"
    assert outcomes(data.replace(b"will co-sponsor", b"will oppose")) == [("dkim", MINISTRY, "broken")]
    assert outcomes(data.replace(b"Subject: Your", b"Subject: My")) == [("dkim", MINISTRY, "broken")]
    assert outcomes(b"Received: from a by b; Fri, 8 Nov 2013 10:00:00 +0000\r\n" + data) == [
        ("dkim", MINISTRY, "holds")
    ]
    assert outcomes(data + b"P.S. Perhaps.\r\n") == [("dkim", MINISTRY, "broken")]


def test_a_second_author_has_no_signature() -> None:
    assert outcomes(b"From: x@evil.example\r\n" + signed_by_ministry()) == [("dkim", MINISTRY, "unreadable")]


FORGED = b"X-Note: a\r\n \r\n We oppose the resolution.\r\n"


@pytest.mark.parametrize(
    "add",
    [
        FORGED,
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Subject: Another\r\n",
        b"X-Note: a\r\rWe oppose the resolution.\r\n",
    ],
    ids=["a line of blanks", "a second type", "a second subject", "a lone CR"],
)
def test_what_may_be_read_in_two_ways_is_vouched_for_by_no_signature(add: bytes) -> None:
    # Each of these leaves the signature whole, and shows another text, or title, than was signed.
    for before in (b"DKIM-Signature", b"MIME-Version"):
        replayed = signed_by_dkimpy().replace(before, add + before, 1)
        found = outcomes(replayed)
        assert all(outcome == "unreadable" for _, _, outcome in found)
        assert found or before == b"DKIM-Signature", "or it is no field of the mail any more"


def test_a_key_that_is_gone_or_taken_back_is_no_proof_against_it() -> None:
    assert outcomes(signed_by_ministry(), lambda _: None) == [("dkim", MINISTRY, "no key")]
    assert outcomes(signed_by_ministry(), dns(s1="v=DKIM1; k=rsa; p=")) == [("dkim", MINISTRY, "no key")]
    assert outcomes(signed_by_ministry(), dns(s1="v=DKIM1; p=Zm9v")) == [("dkim", MINISTRY, "unreadable")]


def test_a_dns_that_is_silent_is_asked_again_another_day() -> None:
    def silent(name: str) -> str | None:
        raise LookupError(name)

    assert outcomes(signed_by_ministry(), silent) == [("dkim", MINISTRY, "no answer")]


def test_an_expired_signature_is_told_apart() -> None:
    data = with_tags(ANSWER, {b"x": b"1383940000"})
    assert outcomes(data) == [("dkim", MINISTRY, "expired")]


def test_a_signature_over_the_beginning_alone_is_none() -> None:
    data = signed_by_dkimpy(length=True)
    assert outcomes(data + b"We oppose it.\r\n") == [("dkim", MINISTRY, "partial")]


@pytest.mark.parametrize(
    "head",
    [
        b"DKIM-Signature: v=1; a=rsa-sha1; d=mfa.gov.ke; s=s1; h=from; bh=x; b=x\r\n",
        b"DKIM-Signature: v=1; a=ed25519-sha256; d=mfa.gov.ke; s=s1; h=from; bh=x; b=x\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=mfa.gov.ke; s=s1; h=from; bh=x; b=" + b"x" * 40 + b"\r\n",
        b"DKIM-Signature: \x00\xff;;;=\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=mfa.gov.ke; s=s1; b=" + b" \t" * 30_000 + b"\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=" + b"x." * 5000 + b"; s=s1; h=from; bh=x; b=x\r\n",
    ],
)
def test_a_signature_that_is_none_throws_nothing_and_proves_nothing(head: bytes) -> None:
    (found,) = outcomes(head + ANSWER)
    assert found[2] in {"unreadable", "no key"}


def test_of_many_signatures_ten_are_looked_at() -> None:
    asked = []

    def counted(name: str) -> str | None:
        asked.append(name)
        return None

    one = signed_by_ministry().partition(b"\r\nFrom:")[0] + b"\r\n"
    assert len(outcomes(one * 50 + ANSWER, counted)) == 10
    assert len(asked) <= 10


def test_an_arc_chain_holds_to_its_first_link() -> None:
    once = sealed(signed_by_ministry())
    twice = sealed(once)
    for data in (once, twice):
        assert outcomes(data) == [("dkim", MINISTRY, "holds"), ("arc", "list.example", "holds")]
    changed = sealed(signed_by_ministry().replace(b"Subject: Your", b"Subject: [list] Your"))
    assert outcomes(changed) == [("dkim", MINISTRY, "broken"), ("arc", "list.example", "holds")], "as a list changes it"
    assert outcomes(twice.replace(b"dmarc=pass", b"dmarc=none", 1))[1] == ("arc", "list.example", "broken")
    assert outcomes(twice, lambda _: None)[1] == ("arc", "list.example", "no key")


def test_a_chain_with_a_missing_or_a_thousandth_link_is_none() -> None:
    twice = sealed(sealed(signed_by_ministry()))
    gap = twice.replace(b"ARC-Seal: i=1;", b"X-Seal: i=1;")
    assert outcomes(gap)[1][2] in {"broken", "unreadable"}
    seal = b"ARC-Seal: i=1000000; a=rsa-sha256; d=list.example; s=s1; cv=pass; b=x\r\n"
    assert outcomes(seal + ANSWER)[0][2] in {"broken", "unreadable"}
    assert outcomes(seal * 100 + ANSWER)[0][2] == "unreadable"


def attached(original: bytes, *, name: str = "", kind: str = "message/rfc822") -> bytes:
    return (
        b"From: Partner <partner@ngo.example>\r\nTo: wluml@wluml.org\r\nSubject: Fwd: Your letter\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain\r\n\r\nSee their answer.\r\n--b\r\n"
        b"Content-Type: " + kind.encode() + b"\r\n"
        b'Content-Disposition: attachment; filename="' + name.encode() + b'"\r\n\r\n' + original + b"\r\n--b--\r\n"
    )


@pytest.mark.parametrize(("name", "kind"), [("", "message/rfc822"), ("a.eml", "application/octet-stream")])
def test_the_bytes_of_an_attached_original_are_those_that_were_signed(name: str, kind: str) -> None:
    mail = decode(attached(signed_by_ministry(), name=name, kind=kind))
    ((place, part),) = originals(mail)
    assert part.message is not None
    (found,) = check(part.data, part.message, place=place, lookup=dns(), now=NOW)
    assert (found.place, found.domain, found.outcome) == ("1", MINISTRY, Outcome.HOLDS)


def test_reading_names_who_signed_and_asks_nobody() -> None:
    raw = RawMail(data=attached(sealed(signed_by_ministry())), origin="test")
    made = read(raw, context=Context(own_addresses=("wluml@wluml.org",)))
    assert made.from_address == "minister@mfa.gov.ke"
    (enclosed,) = made.authenticity.enclosed
    assert (enclosed.place, enclosed.author) == ("1", "minister@mfa.gov.ke")
    assert (enclosed.signers, enclosed.seals) == ((MINISTRY,), 1)
    assert made.authenticity.standing.value == "reported"
