"""Whether mail in the sender's name can arrive: what can be told from the settings alone, and what the DNS says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact
from mobilize.campaign.faults import Fault, Weight
from mobilize.desk import compose
from mobilize.desk.plan import in_sandbox, is_reserved
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.dkim import LEAST_BITS
from mobilize.post import dmarc, freemail, spf
from mobilize.post.spf import Lookup, Result
from mobilize.settings import Settings

#: Questions to the DNS at once: contacts have hundreds of domains.
_AT_ONCE = 16

#: Preset -> what the domain's SPF record has to include for that relay.
_INCLUDES = {
    "microsoft365": "spf.protection.outlook.com",
    "gmail": "_spf.google.com",
    "workspace": "_spf.google.com",
}


def faults(campaign: Campaign, settings: Settings) -> Iterator[Fault]:
    """What the settings alone show: a free-mail address over another relay, a signature that is not the sender's.

    Nothing is looked up. In a sandbox nothing leaves, and all is well.
    """
    domain = campaign.sender.address.rpartition("@")[2]
    if not domain or not settings.smtp_host or settings.smtp_sandbox:
        return
    if freemail.carries(domain, settings.smtp_host) is False:
        yield Fault(
            path="campaign.toml",
            column="sender.address",
            sentence=f"receivers refuse mail from {domain} that {settings.smtp_host} carries, by its DMARC policy: "
            "use an address at a domain of your own, or the provider's own relay",
        )
    signing = settings.dkim_domain or domain
    if settings.dkim_selector and not dmarc.aligned(signing, domain):
        yield Fault(
            path=".env",
            column="DKIM_DOMAIN",
            sentence=f"{signing} is not aligned with the sender's {domain}: the signature does not count for DMARC; "
            f"sign as {domain}",
        )


def require(installation: Installation) -> None:
    """Refuse to send what receivers are bound to refuse. Raises Refused."""
    if in_sandbox(installation):
        return
    for fault in faults(installation.campaign, installation.settings):
        raise Refused(fault.sentence, hint="`mobilize check --dns` shows what the DNS says of the sender")


def by_dns(installation: Installation, lookup: Lookup) -> tuple[Fault, ...]:
    """What the DNS says of the sender's domain, of the relay, and of every domain that is written to.

    Errors are what has letters refused; warnings, what makes it likelier. Never raises for what the DNS says or not.
    """
    domain = installation.campaign.sender.address.rpartition("@")[2]
    found: list[Fault] = []
    for examine in (_spf, _dkim, _dmarc, _own_mx):
        try:
            found += examine(installation, domain, lookup)
        except LookupError as error:
            found.append(_of_domain(f"the DNS gives no answer now ({error}): try again", Weight.WARNING))
    return (*found, *_contacts(installation.campaign.contacts, lookup))


def _of_domain(sentence: str, weight: Weight = Weight.ERROR, column: str = "sender.address") -> Fault:
    return Fault(path="campaign.toml", column=column, sentence=sentence, weight=weight)


def _spf(installation: Installation, domain: str, lookup: Lookup) -> Iterator[Fault]:
    records = spf.records(domain, lookup)
    if not records:
        yield _of_domain(
            f'{domain} has no SPF record: publish a TXT record "v=spf1 … -all" that names your relay', Weight.WARNING
        )
        return
    host = installation.settings.smtp_host
    addresses = [*lookup(host, "A"), *lookup(host, "AAAA")] if host else []
    found = spf.evaluate(domain, addresses, lookup)
    if found.trouble:
        yield _of_domain(f"the SPF record is broken, and receivers treat it as none: {found.trouble}")
        return
    if found.open_to_all:
        yield _of_domain(f"the SPF record of {domain} lets everybody send (+all): close it", Weight.WARNING)
    include = _INCLUDES.get(installation.settings.smtp_preset)
    if include and include not in found.read:
        yield _of_domain(f"the SPF record of {domain} does not include {include}, which this relay needs")
    elif not include and addresses and Result.PASS not in found.results.values():
        yield _of_domain(
            f"the SPF record of {domain} names none of the addresses of {host}: ask who runs it from which it sends, "
            "and add them",
            Weight.WARNING,
        )


def _dkim(installation: Installation, domain: str, lookup: Lookup) -> Iterator[Fault]:
    settings = installation.settings
    if not settings.dkim_selector:
        return
    name = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain or domain}"
    texts = lookup(name, "TXT")
    if not texts:
        yield _of_key(f"{name} has no TXT record: publish the public key there")
        return
    signer = compose.signer(installation)
    key = _public_key(dmarc.tags(texts[0]).get("p", ""), ed25519="k=ed25519" in texts[0].replace(" ", ""))
    if key is None:
        yield _of_key(f"{name} holds no public key (p= is empty or broken): receivers take every signature for forged")
    elif isinstance(key, RSAPublicKey) and key.key_size < LEAST_BITS:
        yield _of_key(f"the key at {name} has {key.key_size} bits: receivers ignore it; make one of 2048")
    elif signer is not None and _bytes(key) != _bytes(signer.key.public_key()):
        yield _of_key(f"the key at {name} is not that of DKIM_KEY_FILE: every signature would be wrong")


def _of_key(sentence: str) -> Fault:
    return Fault(path=".env", column="DKIM_SELECTOR", sentence=sentence)


def _public_key(text: str, *, ed25519: bool) -> RSAPublicKey | Ed25519PublicKey | None:
    """The key of a `p=` tag: DER for RSA (RFC 6376 3.6.1), the 32 bytes themselves for Ed25519 (RFC 8463 4)."""
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
        if ed25519:
            return Ed25519PublicKey.from_public_bytes(raw)
        key = load_der_public_key(raw)
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _bytes(key: RSAPublicKey | Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _dmarc(installation: Installation, domain: str, lookup: Lookup) -> Iterator[Fault]:
    settings = installation.settings
    found = dmarc.policy(domain, lookup)
    if found is None:
        yield _of_domain(
            f'{domain} has no DMARC record: publish a TXT record "v=DMARC1; p=none" at _dmarc.{domain}', Weight.WARNING
        )
    elif found.strict_dkim and settings.dkim_selector and (settings.dkim_domain or domain) != domain:
        yield _of_key(f"{found.name} asks for strict alignment: sign as {domain}, not as {settings.dkim_domain}")
    elif found.request != "none" and not settings.dkim_selector and not spf.records(domain, lookup):
        yield _of_domain(
            f"{found.name} asks receivers to {found.request} what neither SPF nor DKIM vouches for, and here neither "
            "does: sign with DKIM, or see that the relay does"
        )


def _own_mx(installation: Installation, domain: str, lookup: Lookup) -> Iterator[Fault]:
    del installation
    if not _takes_mail(domain, lookup):
        yield _of_domain(f"{domain} takes no mail (no MX, no address): answers and bounces cannot come back")


def _takes_mail(domain: str, lookup: Lookup) -> bool:
    """Whether mail to a domain can go anywhere (RFC 5321 5.1; a null MX says that it takes none, RFC 7505)."""
    hosts = lookup(domain, "MX")
    if hosts:
        return any(host.rstrip(".") for host in hosts)
    return bool(lookup(domain, "A") or lookup(domain, "AAAA"))


def _contacts(contacts: Sequence[Contact], lookup: Lookup) -> Iterator[Fault]:
    """A warning for each contact whose domain takes no mail; each domain is asked of once."""
    domains = {
        email.rpartition("@")[2].lower(): None for each in contacts for email in each.emails if not is_reserved(email)
    }

    def ask(domain: str) -> str:
        try:
            return "" if _takes_mail(domain, lookup) else "takes no mail: it is not there, or has no mail server"
        except LookupError:
            return "could not be looked up now: try again"

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        wrong = dict(zip(domains, pool.map(ask, domains), strict=True))
    for contact in contacts:
        for email in contact.emails:
            domain = email.rpartition("@")[2].lower()
            if wrong.get(domain):
                sentence = f"{domain} {wrong[domain]}"
                yield Fault(
                    path="contacts.csv", line=contact.line, column="email", sentence=sentence, weight=Weight.WARNING
                )
