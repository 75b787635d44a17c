"""Encryption at rest, with keys that can be changed: Fernet of `cryptography`, none of our own making."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mobilize.errors import KeyMissing, SettingsWrong

#: Under which words are indexed while no key is set: all is in clear then.
_NO_KEY = b"no key was set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Closes and opens what is kept at rest; without a key it leaves bytes as they are."""

    fernet: MultiFernet | None
    #: Keys of the index of words, newest first, the last for what was indexed while no key was set.
    word_keys: tuple[bytes, ...] = (_NO_KEY,)
    #: The newest key alone.
    newest: Fernet | None = None

    @property
    def closes(self) -> bool:
        """Whether a key is set."""
        return self.fernet is not None

    def closed(self, data: bytes) -> bytes:
        """Encrypt with the newest key; without a key the bytes come back as they are."""
        return self.fernet.encrypt(data) if self.fernet else data

    def opened(self, data: bytes) -> bytes:
        """Decrypt with whichever key fits. Raises KeyMissing where none does."""
        if self.fernet is None:
            raise KeyMissing("this is encrypted, and MOBILIZE_KEY is not set", hint="set the key that was set then")
        try:
            return self.fernet.decrypt(data)
        except InvalidToken:
            raise KeyMissing(
                "no key in MOBILIZE_KEY opens this", hint="add the older key behind the newer one, a comma between"
            ) from None

    def read(self, data: bytes, *, sealed: bool) -> bytes:
        """Give what a row keeps as bytes; sealed: whether a key was set when it was written.

        Raises KeyMissing where it is encrypted and no key opens it.
        """
        return self.opened(data) if sealed else bytes(data)

    def is_newest(self, data: bytes) -> bool:
        """Whether this was encrypted with the newest key."""
        if self.newest is None:
            return False
        try:
            self.newest.decrypt(data)
        except InvalidToken:
            return False
        return True


def seal(keys: str) -> Seal:
    """Make a seal of MOBILIZE_KEY: Fernet keys, newest first, commas between; empty: none.

    Raises SettingsWrong where one is no key; its text is never in the error.
    """
    names = [each.strip() for each in keys.split(",") if each.strip()]
    try:
        fernets = [Fernet(each) for each in names]
    except ValueError:
        raise SettingsWrong(
            "MOBILIZE_KEY holds something that is no Fernet key",
            hint='python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())" makes one',
        ) from None
    if not fernets:
        return Seal(fernet=None)
    # Derived, so that who comes by one of these cannot open what is encrypted.
    derived = tuple(hmac.digest(each.encode(), b"mobilize: index of words", hashlib.sha256) for each in names)
    return Seal(fernet=MultiFernet(fernets), word_keys=(*derived, _NO_KEY), newest=fernets[0])
