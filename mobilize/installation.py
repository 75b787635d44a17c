"""Settings + store + campaign, made once when a face starts, and passed on from there."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mobilize import settings as environment
from mobilize.campaign import folder as campaign_folder
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.faults import Fault, Weight
from mobilize.errors import LedgerUnusable, Refused, SettingsWrong
from mobilize.settings import Settings
from mobilize.store.engine import Store, open_store
from mobilize.store.sealed import Seal, seal

#: Where a campaign folder keeps its ledger and its key: below itself.
LEDGER_FOLDER = ".mobilize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a command works with."""

    folder: Path
    settings: Settings
    store: Store
    campaign: Campaign
    #: All that is wrong with the campaign's files; `campaign` holds what is not.
    faults: tuple[Fault, ...]
    #: Closes raw mail at rest.
    seal: Seal
    #: Key of reply tokens and Message-IDs: who has it can answer as any addressee.
    secret: bytes

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that make a file or row unusable; warnings left out."""
        return tuple(each for each in self.faults if each.weight is Weight.ERROR)


@contextmanager
def framed(folder: Path) -> Iterator[Installation]:
    """Open the installation of a folder with more contacts than memory holds: as `opened`, but none of them is read."""
    with _opened(folder, campaign_folder.frame) as installation:
        yield installation


@contextmanager
def opened(folder: Path) -> Iterator[Installation]:
    """Open the installation of a campaign folder; its ledger is closed at the end, whatever happens.

    Raises SourceUnreadable (no campaign there), SettingsWrong, LedgerUnusable. Faults in the campaign's files are
    values of the installation, not errors: each command decides what it can do in spite of them.
    """
    with _opened(folder, campaign_folder.load) as installation:
        yield installation


@contextmanager
def _opened(folder: Path, load: Callable[[Path], tuple[Campaign, tuple[Fault, ...]]]) -> Iterator[Installation]:
    settings = environment.load(folder / ".env")
    campaign, faults = load(folder)
    if not campaign.slug:
        raise Refused("campaign.toml gives no slug, and the ledger is kept under it", hint="run `mobilize check`")
    url = settings.database_url.get_secret_value()
    if url and not settings.mobilize_secret.get_secret_value():
        raise SettingsWrong(
            "MOBILIZE_SECRET is not set: each machine at this database would sign with a key of its own, and none "
            "would know the answers to another's letters",
            hint="put one into .env on all of them: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    store = open_store(url or folder / LEDGER_FOLDER / "ledger.sqlite", now=dt.datetime.now(dt.UTC))
    try:
        yield Installation(
            folder=folder,
            settings=settings,
            store=store,
            campaign=campaign,
            faults=faults,
            seal=seal(settings.mobilize_key.get_secret_value()),
            secret=_secret(folder / LEDGER_FOLDER / "secret", settings.mobilize_secret.get_secret_value()),
        )
    finally:
        store.close()


def _secret(path: Path, given: str) -> bytes:
    """The key that the settings give, else the one beside the ledger, made with mode 0600 where there is none."""
    if given:
        return given.encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(32) + "\n", "ascii")
            try:
                # Linked, not renamed: of two processes that start at once, one makes the key and both use it.
                path.hardlink_to(fresh)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text("ascii").strip().encode()
    except OSError as error:
        raise LedgerUnusable(f"{path}: {error.strerror}", hint="choose a folder that you may write to") from error
