"""What the DNS and the mail server say before anything is sent: each thing that is wrong, and what to do."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from typer.testing import CliRunner

from mobilize.campaign.faults import Fault, Weight
from mobilize.cli import app
from mobilize.desk import dns as questions
from mobilize.desk import plan as planning
from mobilize.desk import relay, send, sender
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused, SettingsWrong
from mobilize.installation import opened
from servers.dns import Zone, name_server
from servers.smtp import Server, faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HEAD = "country,audience,organisation,office,email,source,checked_on"

RELAY = "SMTP_HOST=relay.example.org\nSMTP_PORT=587\n"
GOOD: Zone = {
    "wluml.org": {"TXT": ['"v=spf1 a:relay.example.org -all"'], "MX": ["10 mx.wluml.org."]},
    "relay.example.org": {"A": ["198.51.100.7"]},
    "_dmarc.wluml.org": {"TXT": ['"v=DMARC1; p=quarantine"']},
}


def asked(folder: Path, zone: Zone, env: str = RELAY, mute: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    with name_server(zone, mute=mute) as server:
        (folder / ".env").write_text(env, "utf-8")
        with opened(folder) as installation:
            return sender.by_dns(installation, questions.resolver(server))


def sentences(found: tuple[Fault, ...], weight: Weight) -> list[str]:
    return [fault.sentence for fault in found if fault.weight is weight]


def test_a_domain_that_is_set_up_well_has_nothing_to_mend(campaign_folder: MakeFolder) -> None:
    assert asked(campaign_folder(), GOOD) == ()


@pytest.mark.parametrize(
    ("changes", "weight", "sentence"),
    [
        ({"wluml.org": {"MX": ["10 mx.wluml.org."]}}, Weight.WARNING, "wluml.org has no SPF record"),
        (
            {"wluml.org": {"TXT": ['"v=spf1 -all"'], "MX": ["10 mx.wluml.org."]}},
            Weight.WARNING,
            "names none of the addresses of relay.example.org",
        ),
        (
            {"wluml.org": {"TXT": ['"v=spf1 -all"', '"v=spf1 +all"'], "MX": ["10 mx.wluml.org."]}},
            Weight.ERROR,
            "the SPF record is broken",
        ),
        (
            {"wluml.org": {"TXT": ['"v=spf1 +all"'], "MX": ["10 mx.wluml.org."]}},
            Weight.WARNING,
            "lets everybody send",
        ),
        ({"_dmarc.wluml.org": {}}, Weight.WARNING, "wluml.org has no DMARC record"),
        (
            {"wluml.org": {"TXT": ['"v=spf1 a:relay.example.org -all"']}},
            Weight.ERROR,
            "answers and bounces cannot come back",
        ),
        (
            {"wluml.org": {"TXT": ['"v=spf1 a:relay.example.org -all"'], "MX": ["0 ."]}},
            Weight.ERROR,
            "answers and bounces cannot come back",
        ),
    ],
)
def test_what_is_wrong_with_the_domain_is_told(
    campaign_folder: MakeFolder, changes: Zone, weight: Weight, sentence: str
) -> None:
    found = sentences(asked(campaign_folder(), {**GOOD, **changes}), weight)
    assert len(found) == 1, found
    assert sentence in found[0]


def test_a_name_server_that_fails_is_no_fault_of_the_domain(campaign_folder: MakeFolder) -> None:
    found = asked(campaign_folder(), GOOD, mute=frozenset({"wluml.org"}))
    assert sentences(found, Weight.ERROR) == []
    assert all("try again" in sentence for sentence in sentences(found, Weight.WARNING))


def key_file(folder: Path, key: object) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    (folder / "dkim.pem").write_bytes(pem)
    return f"{RELAY}DKIM_SELECTOR=s1\nDKIM_KEY_FILE=dkim.pem\n"


def published(text: str) -> Zone:
    return {**GOOD, "s1._domainkey.wluml.org": {"TXT": [text]}}


def test_the_published_key_must_be_that_which_signs(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    rsa, other = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    env = key_file(folder, rsa)

    def record(key: object) -> str:
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
        text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        return f'"{text[:200]}" "{text[200:]}"'

    assert asked(folder, published(record(rsa)), env) == ()
    (wrong,) = sentences(asked(folder, published(record(other)), env), Weight.ERROR)
    assert "is not that of DKIM_KEY_FILE" in wrong
    (gone,) = sentences(asked(folder, GOOD, env), Weight.ERROR)
    assert "s1._domainkey.wluml.org has no TXT record" in gone
    (revoked,) = sentences(asked(folder, published('"v=DKIM1; p="'), env), Weight.ERROR)
    assert "holds no public key" in revoked


def test_an_ed25519_key_is_compared_too(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    key = Ed25519PrivateKey.generate()
    env = key_file(folder, key)
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    assert asked(folder, published(f'"v=DKIM1; k=ed25519; p={public}"'), env) == ()


def test_a_contact_whose_domain_takes_no_mail_is_named_by_its_line(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    rows = (
        "KE,minister,Ministry,Minister,m@mfa.go.ke,invented,2026-11-01",
        "GH,minister,Ministry,Minister,m@gone.gov.gh,invented,2026-11-01",
        "NG,minister,Ministry,Minister,m@null.gov.ng,invented,2026-11-01",
        "SN,minister,Ministère,Ministre,m@adresse.gouv.sn,invented,2026-11-01",
    )
    (folder / "contacts.csv").write_text("\n".join((HEAD, *rows, "")), "utf-8")
    zone = {
        **GOOD,
        "mfa.go.ke": {"MX": ["10 mx.mfa.go.ke."]},
        "null.gov.ng": {"MX": ["0 ."]},
        "adresse.gouv.sn": {"A": ["192.0.2.1"]},
    }
    found = asked(folder, zone)
    assert [(fault.path, fault.line, fault.weight.value) for fault in found] == [
        ("contacts.csv", 3, "warning"),
        ("contacts.csv", 4, "warning"),
    ]
    assert "gone.gov.gh takes no mail" in found[0].sentence


def test_a_free_mail_sender_over_another_relay_is_refused_before_anything_leaves(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port).replace("SMTP_SANDBOX=yes", "SMTP_SANDBOX=no"))
        toml = folder / "campaign.toml"
        toml.write_text(toml.read_text("utf-8").replace("wluml@wluml.org", "wluml@gmail.com"), "utf-8")
        rows = "KE,minister,Ministry,Minister,m@mfa.go.ke,invented,2026-11-01"
        (folder / "contacts.csv").write_text(f"{HEAD}\n{rows}\n", "utf-8")
        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=NOW)
            assert plan.letters
            with pytest.raises(Refused, match=r"receivers refuse mail from gmail\.com"):
                send.send(installation, plan, now=lambda: NOW, told=lambda *_: None)
        assert server.lines == []
    (fault,) = [each for each in _checked(folder) if each.startswith("campaign.toml")]
    assert "sender.address" in fault


def _checked(folder: Path) -> list[str]:
    return CliRunner().invoke(app, ["--campaign", str(folder), "check"]).output.splitlines()


def test_a_signature_that_is_not_aligned_is_an_error_without_asking_anybody(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder(env=f"{RELAY}DKIM_SELECTOR=s1\nDKIM_DOMAIN=esp.example\n")
    assert any("esp.example is not aligned with the sender's wluml.org" in line for line in _checked(folder))


def test_the_server_is_asked_and_nothing_is_sent(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        found = relay.ask(installation, now=NOW)
        assert found.faults == ()
        facts = dict(found.facts)
        assert "SIZE 35882577" in facts["offers"]
        assert facts["protection"] == "none"
        assert facts["return address"].startswith("250")
        assert server.taken == []
        said = [line.split(" ")[0].upper() for line in server.lines]
        assert "DATA" not in said
        assert "RCPT" not in said


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (Server(faults={"mail": "550 5.7.1 not your address"}), "it refuses our return address: 550"),
        (Server(offers=("SIZE 1000",)), "it takes 1,000 octets a message, and a letter has"),
        (Server(faults={"connect": "drop"}), "cannot be used"),
        (Server(faults={"connect": "garbage"}), "cannot be used"),
    ],
)
def test_what_will_go_wrong_with_the_server_is_told(
    campaign_folder: MakeFolder, sandbox_env: Env, state: Server, sentence: str
) -> None:
    with faulty_server(state) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        found = relay.ask(installation, now=NOW)
    assert any(sentence in fault.sentence for fault in found.faults), found
    assert server.taken == []


def test_an_address_that_the_server_cannot_carry_is_named_by_its_line(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server(Server(offers=("8BITMIME",))) as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        row = "RU,minister,Министерство,Министр,министр@mid.example,invented,2026-11-01"
        (folder / "contacts.csv").write_text(f"{HEAD}\n{row}\n", "utf-8")
        with opened(folder) as installation:
            (fault,) = relay.ask(installation, now=NOW).faults
    assert (fault.path, fault.line) == ("contacts.csv", 2)
    assert "SMTPUTF8" in fault.sentence


def test_check_asks_both_where_it_is_told_to(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, name_server(GOOD) as names:
        folder = campaign_folder(env=f"{sandbox_env(server.port)}DNS_SERVER={names}\n")
        done = CliRunner().invoke(app, ["--campaign", str(folder), "check", "--smtp", "--dns"])
    assert "return address: 250" in done.output
    assert "localhost" not in done.output
    assert done.exit_code == 0, done.output


def test_a_name_server_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsWrong, match="no address of a name server"):
        questions.resolver("not an address:at all")
