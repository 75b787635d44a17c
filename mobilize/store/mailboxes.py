"""How far each mailbox was read: folder by folder, under the server's own numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, insert, select, update

from mobilize.store.schema import mailboxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One folder, read for one campaign."""

    campaign: str
    #: A digest of host and user.
    account: str
    folder: str
    #: By which the server numbers now.
    uidvalidity: int


def _is(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        mailboxes.c.campaign == place.campaign,
        mailboxes.c.account == place.account,
        mailboxes.c.folder == place.folder,
    )


def read_to(connection: Connection, place: Place) -> int:
    """The last UID that was taken; 0 where none was, or where the server numbers anew."""
    row = connection.execute(select(mailboxes.c.uidvalidity, mailboxes.c.uid).where(*_is(place))).first()
    return row.uid if row is not None and row.uidvalidity == place.uidvalidity else 0


def move(connection: Connection, place: Place, uid: int) -> None:
    """Note the last UID that was taken."""
    now = {"uidvalidity": place.uidvalidity, "uid": uid}
    if not connection.execute(update(mailboxes).where(*_is(place)).values(**now)).rowcount:
        where = {"campaign": place.campaign, "account": place.account, "folder": place.folder}
        connection.execute(insert(mailboxes).values(**where, **now))
