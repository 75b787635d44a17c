"""States of a letter in the outbox, and the moves between them: one table, which the code and the docs share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """What became of a letter so far."""

    #: Waits for its turn; nothing of it has left.
    QUEUED = "queued"
    #: A process holds it and talks to a server; on disk before MAIL FROM.
    SENDING = "sending"
    #: The server took it: its 250 after the final dot is in the ledger.
    SENT = "sent"
    #: The server, or the way to it, said "later"; nothing of it was taken.
    DEFERRED = "deferred"
    #: Refused for good; nothing of it was taken.
    FAILED = "failed"
    #: Handed over, and no answer came: perhaps taken, perhaps not. A person decides; the program never resends it.
    IN_DOUBT = "in_doubt"


#: From each state to where a letter may go, and what makes it go there.
MOVES: Mapping[State, Mapping[State, str]] = {
    State.QUEUED: {State.SENDING: "a process with a connection in hand claims it"},
    State.SENDING: {
        State.SENT: "the server answered 2xx after the final dot",
        State.DEFERRED: "a 4xx answer, or the connection failed before the text was handed over",
        State.FAILED: "a 5xx answer, or the letter itself cannot be made or addressed",
        State.IN_DOUBT: "the connection or the process ended after the text was handed over and before the answer",
        State.QUEUED: "stopped, or its process ended, before the text was handed over",
    },
    State.DEFERRED: {
        State.SENDING: "its time has come, and a process with a connection in hand claims it",
        State.FAILED: "it was tried for as long as the campaign allows",
    },
    State.FAILED: {State.QUEUED: "a person has it tried again"},
    State.IN_DOUBT: {
        State.SENT: "a person found that it arrived",
        State.QUEUED: "a person found that it did not arrive",
    },
    State.SENT: {State.FAILED: "a bounce came back: the address is dead, or a person tries a full mailbox again"},
}


def may(old: State, new: State) -> bool:
    """Whether a letter may go from one state to another."""
    return new in MOVES[old]
