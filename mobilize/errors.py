"""Every error of this program. Below MobilizeError, classes by what the reader can do next.

MobilizeError
├── DataFaulty            mend the files that the faults name, then run again
├── SettingsWrong         mend the environment or .env
├── TemplateWrong         mend the letter template at the line named
├── LetterWrong           one letter cannot be made: mend its contact row or its template
├── FontMissing           install the extra that carries the font
├── SourceUnreadable      a file, folder or mailbox that was named cannot be read
├── Refused               asked for something that this program does not do, and why
├── NotConfirmed          nothing was done: confirm, or add --yes
├── ServerUnreachable     the mail server did not answer, or not as it should: nothing was sent
├── LoginRefused          the mail server refused the user name or password
├── LedgerUnusable        the ledger cannot be read or written: full disk, newer version, no right
└── KeyMissing            a secret that this needs is not set

The docstring of a class is the sentence shown. Never an address, body or secret in a field: ids only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class FaultLike(Protocol):
    """What an error needs of a fault (campaign.faults.Fault): that it can be printed as one line."""

    def __str__(self) -> str: ...


class MobilizeError(Exception):
    """The program could not go on."""

    def __init__(self, detail: str = "", *, hint: str = "") -> None:
        self.detail = detail
        self.hint = hint
        super().__init__(self.sentence)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes: by what it holds, since its arguments have names."""
        return _revived, (type(self), self.args, dict(self.__dict__))

    @property
    def sentence(self) -> str:
        """The sentence shown: the class's own, and what is known of this case."""
        own = (type(self).__doc__ or "").strip().split("\n")[0]
        return f"{own.rstrip('.')}: {self.detail}" if self.detail else own


def _revived(kind: type[MobilizeError], args: tuple[object, ...], held: dict[str, object]) -> MobilizeError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(held)
    return error


class DataFaulty(MobilizeError):
    """The campaign's files have faults"""

    def __init__(self, faults: Sequence[FaultLike], *, hint: str = "run `mobilize check` to see all") -> None:
        self.faults = tuple(faults)
        first = str(faults[0]) if faults else ""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(first + more, hint=hint)


class SettingsWrong(MobilizeError):
    """A setting is wrong or missing"""


class TemplateWrong(MobilizeError):
    """A letter template has a mistake"""

    def __init__(self, detail: str, *, path: str, line: int, text: str = "", hint: str = "") -> None:
        self.path = path
        self.line = line
        self.text = text
        shown = f": {text.strip()}" if text else ""
        super().__init__(f"{path}:{line}: {detail}{shown}", hint=hint)


class LetterWrong(MobilizeError):
    """One letter cannot be made"""

    def __init__(self, detail: str, *, letter: str, hint: str = "") -> None:
        self.letter = letter
        super().__init__(f"{letter}: {detail}", hint=hint)


class FontMissing(MobilizeError):
    """A letter has characters for which no font is installed"""


class SourceUnreadable(MobilizeError):
    """A file or mailbox cannot be read"""


class Refused(MobilizeError):
    """This is not done"""


class NotConfirmed(MobilizeError):
    """Nothing was done"""


class ServerUnreachable(MobilizeError):
    """The mail server cannot be used, nothing was sent"""

    def __init__(self, detail: str = "", *, hint: str = "", busy: bool = False) -> None:
        #: It is there, and only has too many connections now.
        self.busy = busy
        super().__init__(detail, hint=hint)


class LoginRefused(MobilizeError):
    """The mail server refused the login, nothing was sent"""


class LedgerUnusable(MobilizeError):
    """The ledger cannot be used"""

    def __init__(self, detail: str = "", *, hint: str = "", away: bool = False) -> None:
        #: The database does not answer now, and may be back in a moment.
        self.away = away
        super().__init__(detail, hint=hint)


class KeyMissing(MobilizeError):
    """A secret is not set"""
