"""What proves who somebody is: a password (argon2id) and a one-time code (TOTP, RFC 6238)."""

from __future__ import annotations

import datetime as dt
import functools
import hmac

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Signs of the shortest password: length is what counts (NIST SP 800-63B 5.1.1).
SHORTEST = 12

#: Memory in KiB and passes: OWASP's least for argon2id, some 20 ms here.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

_STEP_SECONDS = 30

#: Of nobody: looked at where there is no such person, so that it takes as long.
NOBODYS_SECRET = pyotp.random_base32()


def hashed(password: str) -> str:
    """Hash a password, with its own salt."""
    return _HASHER.hash(password)


def fits(password: str, known: str | None) -> bool:
    """Tell whether this is the password. None: there is no such person; that takes as long to find out."""
    try:
        _HASHER.verify(known or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@functools.cache
def _nobodys() -> str:
    return _HASHER.hash(pyotp.random_base32())


def new_secret() -> str:
    """Make the secret of an authenticator: 160 bits, base32."""
    return pyotp.random_base32()


def enrolment(secret: str, *, name: str, issuer: str) -> str:
    """The otpauth: address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Find the 30 seconds for which a code holds: these, the last or the next; None: it holds for none.

    The caller refuses a step that was used: a code that was read over a shoulder opens nothing (RFC 6238 5.2).
    """
    digits = "".join(code.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(totp.at(step * _STEP_SECONDS).encode(), digits.encode()):
            return step
    return None
