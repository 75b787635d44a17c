"""Whether a mail is from whom it says: only our own server's word counts, and a forwarded text proves nothing."""

from __future__ import annotations

import pytest

from mobilize.inbox.genuine import Authenticity, Standing
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context
from mobilize.inbox.results import Result, parsed

BODY = "From: Minister <minister@mfa.gov.ke>\nTo: wluml@wluml.org\nSubject: Re: your letter\n\nKenya will co-sponsor.\n"
OURS = "Received: from mail.mfa.gov.ke (mail.mfa.gov.ke [192.0.2.7]) by mx.wluml.org; Fri, 8 Nov 2013 10:00:00 +0000\n"
PASSED = "Authentication-Results: mx.wluml.org; dmarc=pass header.from=mfa.gov.ke\n"
FAILED = "Authentication-Results: mx.wluml.org; dmarc=fail header.from=mfa.gov.ke\n"
THEIRS = "Received: from pc (pc [10.0.0.1]) by mail.mfa.gov.ke; Fri, 8 Nov 2013 09:59:00 +0000\n"


def judged(text: str, *trusted: str) -> Authenticity:
    made = read(RawMail(data=text.encode(), origin="test"), context=Context(trusted=trusted or ("mx.wluml.org",)))
    assert not made.error
    return made.authenticity


@pytest.mark.parametrize(
    ("results", "standing"),
    [
        ("dmarc=pass (p=reject dis=none) header.from=mfa.gov.ke", Standing.GENUINE),
        ("dkim=pass header.d=mfa.gov.ke header.s=s1; spf=softfail smtp.mailfrom=x@relay.example", Standing.GENUINE),
        ("dkim=pass header.i=@gov.ke", Standing.GENUINE),
        ("dkim=fail header.d=old.example; dkim=pass header.d=mfa.gov.ke", Standing.GENUINE),
        ("dmarc=fail (p=none) header.from=mfa.gov.ke; dkim=pass header.d=evil.example", Standing.FAILED),
        ("dmarc=fail header.from=mfa.gov.ke; arc=pass (i=1)", Standing.FAILED),
        ("dkim=fail (bad signature) header.d=mfa.gov.ke", Standing.FAILED),
        ("spf=fail smtp.mailfrom=minister@mfa.gov.ke", Standing.FAILED),
        ("dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example", Standing.UNVERIFIED),
        ("dkim=pass header.d=ke", Standing.UNVERIFIED),
        ("dkim=pass header.d=fa.gov.ke", Standing.UNVERIFIED),
        ("dmarc=pass header.from=evil.example", Standing.UNVERIFIED),
        ("spf=pass smtp.mailfrom=minister@mfa.gov.ke", Standing.UNVERIFIED),
        ("dmarc=none header.from=mfa.gov.ke", Standing.UNVERIFIED),
        ("dmarc=temperror header.from=mfa.gov.ke", Standing.UNVERIFIED),
        ("none", Standing.UNVERIFIED),
    ],
)
def test_what_our_server_found_decides(results: str, standing: Standing) -> None:
    made = judged(f"{OURS}Authentication-Results: mx.wluml.org; {results}\n{THEIRS}{BODY}")
    assert made.standing is standing
    assert made.server == "mx.wluml.org"
    assert made.why


def test_nobody_s_word_counts_where_no_server_is_named() -> None:
    made = read(RawMail(data=(OURS + PASSED + BODY).encode(), origin="test"), context=Context())
    assert made.authenticity.standing is Standing.UNVERIFIED
    assert made.authenticity.results == ()
    assert "name mx.wluml.org in TRUSTED_AUTHSERV" in made.authenticity.why


@pytest.mark.parametrize(
    "forged",
    [
        OURS + PASSED.replace("mx.wluml.org", "mx.evil.example") + BODY,
        OURS + THEIRS + PASSED + BODY,
        OURS + FAILED + PASSED + BODY,
        OURS + FAILED + THEIRS + PASSED + BODY,
        # A line in our server's name, written by the sender, below the true one.
        OURS + FAILED + OURS + PASSED + BODY,
        OURS + OURS + PASSED + BODY,
        # The author is another than the one that was judged.
        OURS + PASSED + BODY.replace("minister@mfa.gov.ke", "minister@evil.example"),
        OURS + PASSED + "From: x@evil.example\n" + BODY,
        OURS + PASSED + BODY.replace("Minister <minister@mfa.gov.ke>", "a@evil.example, minister@mfa.gov.ke"),
        # It looks like our server's, and is not.
        OURS + PASSED.replace("mx.wluml.org", "mx.wluml.org.evil.example") + BODY,
        OURS + PASSED.replace("mx.wluml.org;", "mx.evil.example (mx.wluml.org);") + BODY,
    ],
)
def test_a_forged_header_makes_nothing_genuine(forged: str) -> None:
    assert judged(forged).standing is not Standing.GENUINE


@pytest.mark.parametrize(
    "add",
    [
        "X-Note: a\n \n We oppose the resolution.\n",
        "Subject: Another\n",
        "Content-Type: text/html\nContent-Type: x/y\n",
    ],
)
def test_a_replayed_mail_with_something_put_into_its_head_is_not_genuine(add: str) -> None:
    assert judged(OURS + PASSED + add + BODY).standing is Standing.UNVERIFIED


def test_an_address_that_hides_separators_adds_no_result() -> None:
    # All of it is atoms to a mail server; an encoded word that were decoded first would end the result.
    hidden = "spf=none smtp.mailfrom==?us-ascii?q?a=3B_dmarc=3Dpass_header.from=3Dmfa.gov.ke?=@evil.example"
    quoted = 'spf=none smtp.mailfrom="a; dmarc=pass header.from=mfa.gov.ke"@evil.example'
    comment = "spf=none (from a; dmarc=pass header.from=mfa.gov.ke) smtp.mailfrom=x@evil.example"
    for each in (hidden, quoted, comment):
        made = judged(f"{OURS}Authentication-Results: mx.wluml.org; {each}\n{BODY}")
        assert [result.method for result in made.results] == ["spf"], each
        assert made.standing is Standing.UNVERIFIED


def test_hops_inside_our_own_house_are_passed_over() -> None:
    inside = "Received: from mx.wluml.org by imap.wluml.org with LMTP; Fri, 8 Nov 2013 10:00:01 +0000\n"
    assert judged(inside + OURS + PASSED + THEIRS + BODY).standing is Standing.GENUINE
    gmail = "Received: by 2002:a05:6a10:1234 with SMTP id x; Fri, 8 Nov 2013 02:00:01 -0800 (PST)\n"
    border = OURS.replace("mx.wluml.org", "mx.google.com")
    judged_there = PASSED.replace("mx.wluml.org", "mx.google.com")
    assert judged(gmail + border + judged_there + THEIRS + BODY, "mx.google.com").standing is Standing.GENUINE


#: The lines of Microsoft 365, as they stand above a mail that came from outside.
MICROSOFT = (
    "Received: from AS8PR07MB7973.eurprd07.prod.outlook.com (::1) by DB9PR07MB1.eurprd07.prod.outlook.com with HTTPS\n"
    "Received: from DUZPR01CA0017.eurprd01.prod.exchangelabs.com by AS8PR07MB7973.eurprd07.prod.outlook.com\n"
    "Received: from DB5EUR02FT045.eop-EUR02.prod.protection.outlook.com by DUZPR01CA0017.outlook.office365.com\n"
    "Authentication-Results: spf={spf} (sender IP is 192.0.2.7) smtp.mailfrom=mfa.gov.ke; dkim=none\n"
    " header.d=none;dmarc={dmarc} action=none header.from=mfa.gov.ke;compauth=fail reason=000\n"
    "Received: from mail.mfa.gov.ke (192.0.2.7) by DB5EUR02FT045.mail.protection.outlook.com (10.1.1.1)\n"
)
TENANT = ("*.outlook.com", "*.outlook.office365.com", "*.exchangelabs.com")


@pytest.mark.parametrize(("dmarc", "standing"), [("pass", Standing.GENUINE), ("fail", Standing.FAILED)])
def test_a_server_that_leaves_its_name_out_is_known_by_its_received_line(dmarc: str, standing: Standing) -> None:
    above = MICROSOFT.format(spf="pass", dmarc=dmarc)
    forged = "Authentication-Results: spf=pass; dmarc=pass header.from=mfa.gov.ke\n"
    made = judged(above + THEIRS + forged + BODY, *TENANT)
    assert made.standing is standing
    assert [each.method for each in made.results] == ["spf", "dkim", "dmarc"]
    assert judged(above + BODY, "mx.wluml.org").server == ""


def test_two_headers_of_one_server_are_read_together() -> None:
    other = "Authentication-Results: mx.wluml.org; dkim=pass header.d=mfa.gov.ke; spf=pass smtp.mailfrom=mfa.gov.ke\n"
    found = judged(OURS + PASSED + other + THEIRS + BODY)
    assert {each.method for each in found.results} == {"dmarc", "dkim", "spf"}


def test_a_forwarded_text_is_reported_whatever_its_forwarder_s_server_says() -> None:
    forward = (
        "Received: from ngo by mx.wluml.org; Fri, 8 Nov 2013 10:00:00 +0000\n"
        "Authentication-Results: mx.wluml.org; dmarc=pass header.from=ngo.example\n"
        "From: Partner <partner@ngo.example>\nTo: wluml@wluml.org\nSubject: Fwd: Your letter\n\n"
        "-----Original Message-----\nFrom: Minister <minister@mfa.gov.ke>\nSent: 8 November 2013 10:00\n"
        "To: partner@ngo.example\nSubject: Your letter\n\nKenya will co-sponsor the resolution.\n"
    )
    made = judged(forward)
    assert made.standing is Standing.REPORTED
    assert made.results == (Result(method="dmarc", result="pass", domain="ngo.example"),)


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("example.org 1; spf=pass smtp.mailfrom=a@b.example", "example.org", [("spf", "pass", "b.example")]),
        ("a.example (a (b) c); dkim / 1 = pass header.d = B.example", "a.example", [("dkim", "pass", "b.example")]),
        ("example.org; none", "example.org", []),
        ('"a.example"; dkim=fail reason="bad; one" header.d=b.example', "a.example", [("dkim", "fail", "b.example")]),
        ("example.org; iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=x", "example.org", []),
        ("", "", []),
        (";;;", "", []),
    ],
)  # fmt: skip
def test_the_header_is_read_as_rfc_8601_writes_it(value: str, server: str, results: list[tuple[str, str, str]]) -> None:
    name, found = parsed(value)
    assert name == server
    assert found is not None
    assert [(each.method, each.result, each.domain) for each in found] == results


@pytest.mark.parametrize("value", ["example.org; dkim=pass (no end", 'example.org; dkim=pass "no end', "(" * 9000])
def test_a_header_that_stays_open_says_nothing(value: str) -> None:
    assert parsed(value) == ("", None)
