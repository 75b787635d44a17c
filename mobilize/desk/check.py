"""Everything that is wrong with a campaign folder and its settings, in one run."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mobilize import settings
from mobilize.campaign import contacts, folder
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Reading, Refusal
from mobilize.campaign.faults import Fault, Weight
from mobilize.desk import sender
from mobilize.errors import LetterWrong, Refused, SettingsWrong, TemplateWrong
from mobilize.letter.partner import write
from mobilize.letter.proofs import check_templates
from mobilize.replies.export import inert

#: Column of the file of refused rows that says why; it is skipped when the file is read again.
REASON = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a run of `check` found."""

    #: Errors and warnings, by file and line.
    faults: tuple[Fault, ...]
    #: How the file of contacts was written: "UTF-8, comma between cells"; empty where there is none.
    written: str
    #: Rows of contacts that were read, blank ones not counted.
    read: int
    by_audience: Mapping[Audience, int]
    refused: tuple[Refusal, ...]
    #: Of the record, as the campaign's `as_of` cuts it.
    resolutions: int
    positions: int
    countries: int

    @property
    def errors(self) -> int:
        """How many faults stop a send."""
        return sum(1 for each in self.faults if each.weight is Weight.ERROR)

    @property
    def warnings(self) -> int:
        """How many faults only want to be looked at."""
        return len(self.faults) - self.errors


def check(path: Path, *, today: dt.date) -> Checked:
    """Read a campaign folder and its settings, and find all that is wrong with them.

    path: the campaign folder. today: by it contacts are old.
    Raises SourceUnreadable where there is no campaign at all; every other fault is in what comes back.
    """
    examined = folder.examine(path)
    campaign, reading = examined.campaign, examined.reading
    faults = list(examined.faults)
    faults += contacts.stale(campaign.contacts, path=reading.path, today=today, days=campaign.rules.stale_after_days)
    faults += _settings(path, campaign)
    # One fault in the campaign's own values would be told again by every letter.
    if not any(fault.weight is Weight.ERROR and fault.path == "campaign.toml" for fault in faults):
        faults += _letters(campaign, reading.path, today)
    return Checked(
        faults=tuple(sorted(faults, key=lambda fault: (fault.path, fault.line or 0))),
        written=reading.guess.sentence if reading.guess else "",
        read=len(reading.contacts) + len(reading.refused),
        by_audience=Counter(contact.audience for contact in reading.contacts),
        refused=reading.refused,
        resolutions=len(campaign.record.resolutions),
        positions=sum(len(each) for each in campaign.record.positions.values()),
        countries=len(campaign.record.positions),
    )


def write_refused(path: Path, target: Path) -> int:
    """Write the refused rows of the campaign's contacts to a new file; as `write_refused_rows`."""
    return write_refused_rows(folder.read_contacts(path), target)


def write_refused_rows(reading: Reading, target: Path) -> int:
    """Write refused rows to a new CSV, each with the reason, to be mended and imported.

    The columns are those of the file that the rows came from. Cells are written so that no spreadsheet runs them; what
    that adds is taken away again when the file is read. The file is for its owner's eyes alone (0600).
    Returns how many rows were written. Raises Refused where the file exists and is not one of these.
    """
    _may_write(target)
    target.touch(mode=0o600)
    target.write_bytes(refused_csv(reading))
    return len(reading.refused)


def refused_csv(reading: Reading) -> bytes:
    """Refused rows as CSV, the reason first. UTF-8 with a mark, or Excel takes it for a Windows code page."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    # The reason goes first: a row with too many cells would push it anywhere else.
    keep = [place for place, name in enumerate(reading.header) if name != REASON]
    writer.writerow([REASON, *(inert(reading.header[place]) for place in keep)])
    for refusal in reading.refused:
        raw = refusal.row.raw
        cells = [raw[place] if place < len(raw) else "" for place in keep] + list(raw[len(reading.header) :])
        writer.writerow([inert(f"line {refusal.row.line}: {refusal.reason}"), *(inert(cell) for cell in cells)])
    return buffer.getvalue().encode("utf-8-sig")


def _may_write(target: Path) -> None:
    """Only a file of refused rows may be written over: anything else may be somebody's only copy."""
    if not target.exists():
        return
    if not target.is_file() or not target.read_bytes()[:20].startswith(f"\ufeff{REASON},".encode()):
        raise Refused(f"{target} exists and is no file of refused rows", hint="name a new file; nothing was written")


def _letters(campaign: Campaign, contacts_path: str, today: dt.date) -> list[Fault]:
    """Faults of the templates, and of every single letter: each is written, as it would be to be sent."""
    faults = list(check_templates(campaign))
    told = {(fault.path, fault.line) for fault in faults if fault.weight is Weight.ERROR}
    for contact in campaign.contacts:
        try:
            write(campaign, contact, today=today)
        except TemplateWrong as error:
            # The proofs of the templates found it already, unless it is in this one contact's values.
            if (error.path, error.line) not in told:
                told.add((error.path, error.line))
                sentence = error.detail.removeprefix(f"{error.path}:{error.line}: ")
                faults.append(Fault(path=error.path, line=error.line, sentence=sentence))
        except LetterWrong as error:
            hint = f" ({error.hint})" if error.hint else ""
            sentence = f"no letter can be made of this row: {error.detail.removeprefix(f'{error.letter}: ')}{hint}"
            faults.append(Fault(path=contacts_path, line=contact.line, sentence=sentence))
    return faults


def _settings(path: Path, campaign: Campaign) -> list[Fault]:
    """Faults of the environment and of the folder's .env. Values are not shown: one of them may be a password."""
    try:
        found = settings.load(path / ".env")
    except SettingsWrong as error:
        parts = (each.partition(": ") for each in error.detail.split("; "))
        return [Fault(path=".env", column=name, sentence=f"{what or name} ({error.hint})") for name, _, what in parts]
    return list(sender.faults(campaign, found))
