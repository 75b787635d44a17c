"""Questions to the DNS, with dnspython: asked when a person says so, of the machine's resolver or of a named one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import dns.exception
import dns.rdatatype
import dns.resolver

from mobilize.errors import SettingsWrong

#: Seconds for one answer, with all tries.
SECONDS = 5.0


def resolver(server: str = "") -> Callable[[str, str], Sequence[str]]:
    """Make a function that looks names up, as post.spf.Lookup describes it; each question is asked once.

    server: "192.0.2.53" or "127.0.0.1:5353"; empty: the machine's own. Raises SettingsWrong for a server that is none.
    """
    try:
        made = dns.resolver.Resolver(configure=not server)
        if server:
            host, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
            made.nameservers = [host.strip("[]")]
            made.port = int(port) if port else 53
    except (dns.exception.DNSException, ValueError, OSError):
        raise SettingsWrong("DNS_SERVER is no address of a name server", hint="192.0.2.53 or 127.0.0.1:5353") from None
    made.lifetime = SECONDS

    @functools.cache
    def lookup(name: str, kind: str) -> Sequence[str]:
        try:
            answer = made.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except (dns.resolver.NoNameservers, dns.exception.Timeout):
            raise LookupError(f"{name} {kind}") from None
        except (dns.exception.DNSException, UnicodeError):
            return ()  # a name that cannot be
        return tuple(_text(each, kind) for each in answer)

    return lookup


def _text(value: object, kind: str) -> str:
    if kind == "TXT":
        # A text of several strings is one text (RFC 7208 3.3, RFC 6376 3.6.2.2).
        return b"".join(value.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]  # dnspython's TXT
    if kind == "MX":
        return str(value.exchange)  # type: ignore[attr-defined]  # dnspython's MX
    return str(value)
