"""What stands between a form and the log: where it was sent from, a signed number with an end, and a pace."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: A form may lie open for a day: connections fail, people are called away.
FORM_HOURS = 24

_SIGNED = b"form-number:"


def form_number(key: bytes, now: dt.datetime) -> str:
    """Number a form that is shown: when, a nonce, and our signature over both (there is no session to hold it)."""
    body = f"{int(now.timestamp())}.{secrets.token_hex(8)}"
    return f"{body}.{_sign(key, body)}"


def form_holds(key: bytes, number: str, now: dt.datetime) -> bool:
    """Tell whether we showed this form, and not too long ago. What was changed or made up does not hold."""
    body, _, signature = number.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _sign(key, body).encode()):
        return False
    age = now.timestamp() - int(body.partition(".")[0])
    return 0 <= age <= FORM_HOURS * 3600


def _sign(key: bytes, body: str) -> str:
    return hmac.new(key, _SIGNED + body.encode(), hashlib.sha256).hexdigest()[:32]


def from_our_page(headers: Mapping[str, str], public_url: str) -> bool:
    """Tell whether a POST comes from a page of ours, by what browsers say of it; a form number is asked for as well.

    Sec-Fetch-Site is sent by every browser since 2023. Origin is "null" on our pages, since they send no referrer
    (Fetch, "append a request Origin header"): then the first decides, and for old browsers the form's number alone.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin", "null")
    own = {headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return site in {"same-origin", "none"} and (origin == "null" or urlsplit(origin).netloc in own)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


#: What is limited -> how many at once, and how many a minute after that.
PACES: Mapping[str, tuple[int, float]] = {
    "page": (120, 120),
    "paper": (30, 30),
    "tell": (10, 5),
    "link": (20, 10),
    "sign-in": (10, 5),
    # A client of the API; and an address from which wrong tokens come.
    "api": (240, 240),
    "api-door": (30, 15),
}


@dataclass(slots=True)
class Pace:
    """How much one reader may ask for. Held in memory alone, under digests: no address is kept (domain rules E)."""

    #: Of this process only, so that the digests mean nothing elsewhere.
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    buckets: dict[tuple[str, bytes], _Bucket] = field(default_factory=dict)
    #: Readers remembered at most; the one that was seen first goes first.
    most: int = 10_000

    def allows(self, what: str, client: str) -> bool:
        """Take one from this reader's share; False where it is used up."""
        many, a_minute = PACES[what]
        place = (what, hashlib.blake2b(client.encode(), key=self.key, digest_size=12).digest())
        now = time.monotonic()
        bucket = self.buckets.pop(place, None) or _Bucket(tokens=many, at=now)
        bucket.tokens = min(many, bucket.tokens + (now - bucket.at) * a_minute / 60)
        bucket.at = now
        allowed = bucket.tokens >= 1
        bucket.tokens -= allowed
        if len(self.buckets) >= self.most:
            del self.buckets[next(iter(self.buckets))]
        self.buckets[place] = bucket
        return allowed


@dataclass(slots=True)
class SharedPace(Pace):
    """The same, held in the ledger for all machines that serve the pages; still under digests, and soon forgotten."""

    #: What takes from a reader's share: what, client, how many at once, how many a minute.
    take: Callable[[str, str, int, float], bool] = lambda *_: True

    def allows(self, what: str, client: str) -> bool:
        """Take one from this reader's share; False where it is used up."""
        many, a_minute = PACES[what]
        return self.take(what, client, many, a_minute)
