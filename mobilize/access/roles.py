"""Roles and what each may do: one table, asked by the desk and by every page of the organisers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is in this installation."""

    #: Runs the campaign: all that an organiser does, and whatever touches the sending.
    LEAD = "lead"
    #: Reads replies and decides what they say.
    ORGANISER = "organiser"
    #: Looks, and changes nothing.
    READER = "reader"


class Action(StrEnum):
    """What can be done on the pages."""

    #: See the reply log, the original among it.
    READ = "read"
    #: Confirm or correct what a reply says.
    REVIEW = "review"
    #: Take the log away as a file.
    EXPORT = "export"
    #: Decide what happens to letters: pause, go on, settle what is in doubt.
    SEND = "send"
    #: Say who may sign in, and read who did what.
    PEOPLE = "people"


_MAY: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.LEAD: frozenset(Action),
        Role.ORGANISER: frozenset({Action.READ, Action.REVIEW, Action.EXPORT}),
        Role.READER: frozenset({Action.READ}),
    }
)


def may(role: Role, action: Action) -> bool:
    """Tell whether a person of this role may do this."""
    return action in _MAY[role]
