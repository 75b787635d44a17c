"""One signed request to a webhook's receiver: to the address that was looked at, and to no other (SSRF).

Signed as Standard Webhooks has it (standardwebhooks.com): HMAC-SHA256 over id, moment and body. No redirect is
followed, nothing of the answer is read but its status, and all of it ends at a deadline, however slowly it drips.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

#: Seconds from the first packet to the status: receivers shall answer first and work later.
DEADLINE = 10.0

#: Marks a secret of a webhook where it does not belong.
SECRET = "whsec_"  # noqa: S105 - a mark, not a secret

#: IPv6 addresses that are IPv4 addresses in other clothes are none that a receiver has.
_CLOTHED = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class Undelivered(Exception):
    """It was not taken; the sentence says why, and holds no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is told."""

    id: str
    body: bytes


def new_secret() -> str:
    """Make a secret for signatures: 256 bits."""
    return SECRET + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, event: Event, moment: int) -> str:
    """Sign an event at a moment (seconds since 1970)."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    signed = f"{event.id}.{moment}.".encode() + event.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def fault(url: str, *, sandbox: bool) -> str:
    """What is wrong with a receiver's address; empty: nothing. sandbox: it may be on this machine, and plain http."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "this is no address"
    if not parts.hostname or parts.username or parts.password or parts.fragment or port == 0:
        return "write https://host/path, without a user or a fragment"
    if not url.isascii() or any(sign.isspace() or sign < "!" for sign in url):
        return "write it in ASCII, without blanks (a host in other letters as xn--…)"
    loopback = _is_loopback(parts.hostname)
    if parts.scheme != "https" and not (sandbox and loopback and parts.scheme == "http"):
        return "only https:// is called"
    if loopback and not sandbox:
        return "an address of this machine is called only with WEBHOOKS_SANDBOX"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(url: str, secret: str, event: Event, *, now: dt.datetime, sandbox: bool, deadline: float = DEADLINE) -> int:
    """Tell a receiver. Returns the status with which it took it (2xx). Raises Undelivered."""
    wrong = fault(url, sandbox=sandbox)
    if wrong:
        raise Undelivered(wrong)
    moment = int(now.timestamp())
    heads = {
        "content-type": "application/json",
        "user-agent": "mobilize",
        "webhook-id": event.id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(secret, event, moment),
        "connection": "close",
    }
    try:
        status = _asked(url, event.body, heads, sandbox=sandbox, deadline=deadline)
    except ssl.SSLCertVerificationError:
        raise Undelivered("its certificate does not hold") from None
    except TimeoutError:
        raise Undelivered("no answer in time") from None
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(f"no answer ({type(error).__name__})") from None
    if not 200 <= status < 300:  # noqa: PLR2004 - the class of success
        raise Undelivered(f"it answered {status}")
    return status


def _asked(url: str, body: bytes, heads: dict[str, str], *, sandbox: bool, deadline: float) -> int:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    over = threading.Event()
    with socket.create_connection(_address(host, port, sandbox=sandbox), timeout=deadline) as plain:
        stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        # A timeout of the socket begins anew with each octet; this ends it all.
        end = threading.Timer(deadline, _cut, (stream, over))
        end.daemon = True
        end.start()
        try:
            connection = http.client.HTTPConnection(host, port)
            connection.sock = stream
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, heads)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            if over.is_set():
                raise TimeoutError from None
            raise
        finally:
            end.cancel()
            stream.close()


def _cut(stream: socket.socket, over: threading.Event) -> None:
    over.set()
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _address(host: str, port: int, *, sandbox: bool) -> tuple[str, int]:
    """Look a host up once, and go where that says: a name that says another thing later cannot lead us elsewhere."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for each in found:
        if not _may_be_called(each, sandbox=sandbox):
            raise Undelivered("its host has an address that is not of the open internet")
    return found[0], port


def _may_be_called(text: str, *, sandbox: bool) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or any(address in net for net in _CLOTHED)):
        return False
    if address.is_loopback:
        return sandbox
    return address.is_global and not address.is_multicast and not address.is_reserved
