"""Words of a mail on a terminal: they must not move the cursor or colour the screen of who reads them."""

from __future__ import annotations


def inert(text: str) -> str:
    """Take control characters out."""
    return "".join(each for each in text if each in "\n\t" or each.isprintable())


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(inert(text).split())
