"""What a program that asks the JSON API may do: one list, from which the API's document is made too."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One thing that a token opens."""

    #: Replies as coded: kind, country, stance, dates, ids.
    REPLIES = "replies:read"
    #: The words, names and addresses of one reply besides.
    WORDS = "words:read"
    #: Where each country and group stands, and how many partners plan to go there.
    BOARD = "board:read"
    #: What became of the letters; never an address.
    LETTERS = "letters:read"
    #: The log as a table.
    EXPORTS = "exports:read"
    #: Tell what a government said, or where a partner goes next.
    REPORTS = "reports:write"
    #: The counters for a monitor.
    METRICS = "metrics:read"
