"""The mailbox's job: take in what has arrived over IMAP, once, or as it comes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator

from mobilize.desk import receive
from mobilize.desk.receive import Taken
from mobilize.errors import ServerUnreachable
from mobilize.inbox import imap
from mobilize.inbox.imap import Account, Box, Folder
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation
from mobilize.post.schedule import plainly
from mobilize.post.smtp import is_loopback
from mobilize.store import mailboxes
from mobilize.store.mailboxes import Place

#: Seconds to the first try after a lost connection, and the most between two.
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0

#: Seconds between two looks where the server tells of nothing: not all do, and not of every folder.
LOOK = 60.0


def account_of(installation: Installation) -> Account:
    """The mailbox that the settings name."""
    settings = installation.settings
    return Account(
        host=settings.imap_host,
        port=settings.imap_port,
        security=settings.imap_security.value,
        user=settings.imap_user,
        password=settings.imap_password.get_secret_value(),
        token=settings.imap_token.get_secret_value(),
        verify=settings.imap_verify,
        ca_file=settings.imap_ca_file,
        loopback=is_loopback(settings.imap_host),
    )


def folders_of(installation: Installation) -> tuple[str, ...]:
    """The folders to read: names with commas between."""
    return tuple(name.strip() for name in installation.settings.imap_folder.split(",") if name.strip()) or ("INBOX",)


def fetch(
    installation: Installation, *, now: Callable[[], dt.datetime], said: Callable[[str], None], flag: bool = False
) -> Iterator[Taken]:
    """Take in what came since the last time, folder by folder. Yields one Taken a message.

    flag: mark there what was taken, as the setting IMAP_FLAG does.

    A message is kept, and that is durable, before the mailbox is noted as read so far. What the server does not give is
    said, and asked for again the next time. Raises SettingsWrong, ServerUnreachable, LoginRefused, SourceUnreadable;
    what came before is in the log.
    """
    with imap.opened(account_of(installation)) as box:
        for name in folders_of(installation):
            yield from _take(installation, _opened(installation, box, name, flag), now=now, said=said)


def _opened(installation: Installation, box: Box, name: str, flag: bool) -> Folder:  # noqa: FBT001 - passed on
    return imap.folder(box, name, writable=flag or installation.settings.imap_flag)


def _take(
    installation: Installation, folder: Folder, *, now: Callable[[], dt.datetime], said: Callable[[str], None]
) -> Iterator[Taken]:
    place = Place(
        campaign=installation.campaign.slug,
        account=_digest(account_of(installation)),
        folder=folder.name,
        uidvalidity=folder.uidvalidity,
    )
    with installation.store.reading() as connection:
        last = mailboxes.read_to(connection, place)
    yield from receive.catch_up(installation, now=now())
    missed = False
    for uid in imap.uids(folder, last):
        data = imap.message(folder, uid)
        if data is None:
            missed = True
            said(f"{folder.name}: the server does not give message {uid}; it is asked for again the next time.")
            continue
        taken = receive.take(installation, RawMail(data=data, origin=f"imap:{folder.name}/{uid}"), now=now())
        if folder.writable:
            imap.flag(folder, uid)
        if not missed:
            with installation.store.writing() as connection:
                mailboxes.move(connection, place, uid)
        yield taken


def _digest(account: Account) -> str:
    """Name a mailbox without telling whose it is."""
    return hashlib.sha256(f"{account.host}\0{account.user}".encode()).hexdigest()


def wait(
    installation: Installation,
    *,
    now: Callable[[], dt.datetime],
    said: Callable[[str], None],
    sleep: Callable[[float], None],
    look: float = LOOK,
    flag: bool = False,
) -> Iterator[Taken]:
    """Take in mail as it comes, without end; a lost connection is made anew.

    flag: as `fetch`. sleep: waits so many seconds. look: seconds between two looks, where the server tells of nothing.
    Yields one Taken a message. Raises as `fetch` where not even the first connection can be made, and LoginRefused or
    SettingsWrong whenever the server no longer lets us in.
    """
    pause, worked = FIRST_PAUSE, False
    while True:
        try:
            with imap.opened(account_of(installation)) as box:
                while True:
                    # The first folder comes last: it stays open, and so the server tells of what comes from now on.
                    for name in folders_of(installation)[::-1]:
                        folder = _opened(installation, box, name, flag)
                        yield from _take(installation, folder, now=now, said=said)
                    pause, worked = FIRST_PAUSE, True
                    if imap.can_wait(box):
                        imap.wait(folder, look)
                    else:
                        sleep(look)
        except ServerUnreachable as error:
            if not worked:
                raise
            said(f"{error.sentence}; trying again in {plainly(pause)}.")
            sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
