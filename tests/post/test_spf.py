"""SPF as receivers evaluate it, and DMARC's alignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from mobilize.post import dmarc, freemail
from mobilize.post.spf import Lookup, Result, evaluate

ZONE: Mapping[tuple[str, str], Sequence[str]] = {
    ("ip.example", "TXT"): ["v=spf1 ip4:192.0.2.0/28 ip6:2001:db8::/32 -all"],
    ("a.example", "TXT"): ["v=spf1 a:host.example/24 mx ~all"],
    ("host.example", "A"): ["198.51.100.7"],
    ("a.example", "MX"): ["mail.example"],
    ("mail.example", "A"): ["203.0.113.5"],
    ("mail.example", "AAAA"): ["2001:db8:1::5"],
    ("in.example", "TXT"): ["google-site-verification=x", "v=spf1 include:ip.example ?all"],
    ("re.example", "TXT"): ["v=spf1 redirect=ip.example"],
    ("two.example", "TXT"): ["v=spf1 -all", "v=spf1 +all"],
    ("loop.example", "TXT"): ["v=spf1 include:loop.example -all"],
    ("bad.example", "TXT"): ["v=spf1 ip4:not-an-address -all"],
    ("odd.example", "TXT"): ["v=spf1 mx4 -all"],
    ("gone.example", "TXT"): ["v=spf1 include:nowhere.example -all"],
    ("open.example", "TXT"): ["v=spf1 +all"],
    ("bare.example", "TXT"): ["v=spf1 a -all"],
    ("bare.example", "A"): ["192.0.2.9"],
    ("six.example", "TXT"): ["v=spf1 mx//48 -all"],
    ("six.example", "MX"): ["mail.example"],
    ("ex.example", "TXT"): ["v=spf1 exists:host.example -all"],
    ("big.example", "TXT"): ["v=spf1 " + " ".join(f"a:h{number}.example" for number in range(11)) + " -all"],
    ("v=spf10.example", "TXT"): [],
}


def lookup(name: str, kind: str) -> Sequence[str]:
    return ZONE.get((name, kind), ())


@pytest.mark.parametrize(
    ("domain", "address", "result"),
    [
        ("ip.example", "192.0.2.15", Result.PASS),
        ("ip.example", "192.0.2.16", Result.FAIL),
        ("ip.example", "2001:db8:ffff::1", Result.PASS),
        ("a.example", "198.51.100.200", Result.PASS),
        ("a.example", "203.0.113.5", Result.PASS),
        ("a.example", "203.0.113.6", Result.SOFTFAIL),
        ("in.example", "192.0.2.1", Result.PASS),
        ("in.example", "198.51.100.1", Result.NEUTRAL),
        ("re.example", "198.51.100.1", Result.FAIL),
        ("bare.example", "192.0.2.9", Result.PASS),
        ("six.example", "2001:db8:1::99", Result.PASS),
        ("six.example", "2001:db8:2::99", Result.FAIL),
        ("ex.example", "192.0.2.77", Result.PASS),
        ("none.example", "192.0.2.1", Result.NONE),
    ],
)
def test_an_address_is_judged_as_receivers_judge_it(domain: str, address: str, result: Result) -> None:
    assert evaluate(domain, [address], lookup).results == {address: result}


@pytest.mark.parametrize(
    ("domain", "trouble"),
    [
        ("two.example", "has 2 SPF records"),
        ("loop.example", "more than 10 look-ups"),
        ("big.example", "more than 10 look-ups"),
        ("bad.example", "'not-an-address' is no address"),
        ("odd.example", "'mx4' is no mechanism"),
        ("gone.example", "nowhere.example, which has no SPF record"),
    ],
)
def test_a_broken_record_says_why(domain: str, trouble: str) -> None:
    found = evaluate(domain, ["198.51.100.1"], lookup)
    assert trouble in found.trouble
    assert found.results == {"198.51.100.1": Result.PERMERROR}


def test_what_is_included_and_who_lets_everybody_send_is_told() -> None:
    assert evaluate("in.example", ["192.0.2.1"], lookup).read == ("in.example", "ip.example")
    assert evaluate("open.example", [], lookup).open_to_all
    assert not evaluate("in.example", [], lookup).open_to_all


def policies(**texts: str) -> Lookup:
    return lambda name, _: [texts[name]] if name in texts else ()


def test_a_policy_is_found_at_the_domain_or_above_it() -> None:
    found = dmarc.policy("mail.wluml.org", policies(**{"_dmarc.wluml.org": "v=DMARC1; p=none; sp=reject; adkim=s"}))
    assert found is not None
    assert (found.name, found.request, found.strict_dkim, found.strict_spf) == (
        "_dmarc.wluml.org",
        "reject",
        True,
        False,
    )
    assert dmarc.policy("wluml.org", policies(**{"_dmarc.org": "v=DMARC1; p=none"})) is None
    assert dmarc.policy("wluml.org", policies(**{"_dmarc.wluml.org": "something else"})) is None


@pytest.mark.parametrize(
    ("one", "other", "relaxed", "strict"),
    [
        ("wluml.org", "WLUML.org.", True, True),
        ("mail.wluml.org", "wluml.org", True, False),
        ("wluml.org", "mail.wluml.org", True, False),
        ("notwluml.org", "wluml.org", False, False),
        ("wluml.org", "example.org", False, False),
    ],
)
def test_names_are_aligned_where_one_is_the_other_or_below_it(
    one: str, other: str, *, relaxed: bool, strict: bool
) -> None:
    assert dmarc.aligned(one, other) is relaxed
    assert dmarc.aligned(one, other, strict=True) is strict


@pytest.mark.parametrize(
    ("domain", "relay", "carried"),
    [
        ("gmail.com", "smtp.gmail.com", True),
        ("gmail.com", "smtp-relay.example.org", False),
        ("Yahoo.co.in", "smtp.mail.yahoo.com", True),
        ("hotmail.fr", "smtp.office365.com", True),
        ("hotmail.fr", "mail.hotmail.com.evil.example", False),
        ("wluml.org", "smtp.gmail.com", None),
        ("notgmail.com", "smtp.gmail.com", None),
        ("yahoo.example", "x", None),
    ],
)
def test_a_free_mail_address_goes_over_its_own_relay_alone(domain: str, relay: str, *, carried: bool | None) -> None:
    assert freemail.carries(domain, relay) is carried
