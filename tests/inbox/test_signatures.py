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
from servers.signing import (
    ANSWER,
    MINISTRY,
    dns,
    ed25519,
    ed25519_record,
    sealed,
    signed_by_dkimpy,
    signed_by_ministry,
    with_tags,
)

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
    assert found[2] in {"unreadable", "no key", "unknown method"}


#: The mail of RFC 8463 A.3, signed by both methods, and the records of A.2: nobody here made this signature.
RFC_8463 = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
FOOTBALL = {
    "brisbane._domainkey.football.example.com": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "test._domainkey.football.example.com": (
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOK"
        "b2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBf"
        "O2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
    ),
}


def methods(data: bytes, lookup: Lookup) -> list[tuple[str, str]]:
    found = check(data, decode(data), place="", lookup=lookup, now=NOW)
    return [(each.algorithm, each.outcome.value) for each in found]


def test_the_example_of_the_rfc_holds_by_both_methods() -> None:
    assert methods(RFC_8463, FOOTBALL.get) == [("ed25519-sha256", "holds"), ("rsa-sha256", "holds")]
    changed = RFC_8463.replace(b"We lost", b"We won")
    assert methods(changed, FOOTBALL.get) == [("ed25519-sha256", "broken"), ("rsa-sha256", "broken")]
    forged = RFC_8463.replace(b"Suzie Q", b"Suzie R")
    assert methods(forged, FOOTBALL.get) == [("ed25519-sha256", "broken"), ("rsa-sha256", "broken")]


def test_a_mail_signed_by_rsa_and_ed25519_is_checked_by_both() -> None:
    data = signed_by_ministry(signed_by_ministry(), selector="s2", by=ed25519())
    lookup = dns(s2=ed25519_record())
    assert methods(data, lookup) == [("ed25519-sha256", "holds"), ("rsa-sha256", "holds")]
    assert methods(data.replace(b"will co-sponsor", b"will oppose"), lookup) == [
        ("ed25519-sha256", "broken"),
        ("rsa-sha256", "broken"),
    ]
    assert methods(data, dns()) == [("ed25519-sha256", "no key"), ("rsa-sha256", "holds")]


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ("v=DKIM1; k=ed25519; p=", "no key"),
        ("v=DKIM1; k=ed25519; p=Zm9v", "unreadable"),
        ("v=DKIM1; k=ed25519; p=%%%", "unreadable"),
        ("v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "unreadable"),
        ("v=DKIM1; k=ed25519; s=tlsrpt; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "unreadable"),
        ("v=DKIM1; k=ed25519; s=email; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "broken"),
        ("k=ed25519; k=rsa; p=x", "unreadable"),
    ],
    ids=["taken back", "too short", "no base64", "RSA by default", "for reports", "another's", "two kinds"],
)
def test_an_ed25519_key_that_is_none_proves_nothing(record: str, outcome: str) -> None:
    data = signed_by_ministry(selector="s2", by=ed25519())
    assert methods(data, dns(s2=record)) == [("ed25519-sha256", outcome)]


def test_a_key_of_one_method_checks_no_signature_of_the_other() -> None:
    by_ed25519 = signed_by_ministry(by=ed25519())
    assert methods(by_ed25519, dns()) == [("ed25519-sha256", "unreadable")], "the record is RSA's"
    assert methods(signed_by_ministry(), dns(s1=ed25519_record())) == [("rsa-sha256", "unreadable")]


def test_a_method_that_is_not_known_is_named_and_nobody_is_asked_for_a_key() -> None:
    def asked(name: str) -> str | None:
        raise AssertionError(name)

    for written, shown in ((b"ml-dsa-65-sha512", "ml-dsa-65-sha512"), (b"rsa-sha1", "rsa-sha1"), (b"<b>\xc3", "b")):
        data = with_tags(ANSWER, {}).replace(b"a=rsa-sha256", b"a=" + written)
        assert methods(data, asked) == [(shown, "unknown method")]


def test_a_signature_that_leaves_the_author_out_vouches_for_none() -> None:
    head = b"DKIM-Signature: v=1; a=rsa-sha256; d=mfa.gov.ke; s=s1; h=subject:date; bh=eA==; b=eA==\r\n"
    assert outcomes(head + ANSWER) == [("dkim", MINISTRY, "unreadable")]


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
