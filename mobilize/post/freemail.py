"""Addresses at free-mail providers, whose DMARC policies have receivers refuse what others carry (rules B8)."""

from __future__ import annotations

import re

#: Provider's domains -> the end of the host names of its own relays.
_PROVIDERS = {
    "gmail.com googlemail.com": ("google.com", "gmail.com", "googlemail.com"),
    "yahoo.com ymail.com rocketmail.com aol.com": ("yahoo.com", "yahoodns.net", "aol.com"),
    "outlook.com hotmail.com live.com msn.com": ("outlook.com", "office365.com", "live.com", "hotmail.com"),
    "icloud.com me.com mac.com": ("me.com", "icloud.com", "apple.com"),
    "gmx.com gmx.net gmx.de web.de mail.com": ("gmx.com", "gmx.net", "web.de", "mail.com"),
    "mail.ru bk.ru inbox.ru list.ru": ("mail.ru",),
    "yandex.ru yandex.com ya.ru": ("yandex.ru", "yandex.com", "yandex.net"),
    "qq.com foxmail.com": ("qq.com",),
    "163.com 126.com": ("163.com", "126.com", "netease.com"),
    "protonmail.com proton.me pm.me": ("protonmail.ch", "proton.me"),
    "laposte.net": ("laposte.net",),
    "orange.fr wanadoo.fr": ("orange.fr",),
    "free.fr": ("free.fr",),
    "libero.it": ("libero.it",),
    "uol.com.br": ("uol.com.br",),
    "rediffmail.com": ("rediffmail.com",),
    "naver.com": ("naver.com",),
    "tutanota.com tuta.io tuta.com": ("tutanota.de", "tutao.de"),
}
_RELAYS = {domain: relays for domains, relays in _PROVIDERS.items() for domain in domains.split()}

#: Yahoo and Microsoft have a domain in nearly every country: yahoo.fr, yahoo.co.in, hotmail.com.tr.
_BY_COUNTRY = re.compile(r"(?P<brand>yahoo|hotmail|live|outlook)(?:\.com|\.co)?\.[a-z]{2}")


def carries(domain: str, relay: str) -> bool | None:
    """Whether a relay is the provider's own; None where the domain is no free-mail provider's."""
    domain, relay = domain.lower().rstrip("."), relay.lower().rstrip(".")
    by_country = _BY_COUNTRY.fullmatch(domain)
    known = _RELAYS.get(domain) or (_RELAYS[f"{by_country['brand']}.com"] if by_country else None)
    if known is None:
        return None
    return any(relay == end or relay.endswith(f".{end}") for end in known)
