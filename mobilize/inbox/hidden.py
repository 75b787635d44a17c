"""What a page hides from its reader: by an element's own style, by a class, by white on white."""

from __future__ import annotations

import re

_HIDING = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:[01](?:\.0+)?(?:px|pt)?(?:;|!|$)|opacity:0(?:\.0+)?(?:;|!|$)"
    r"|max-height:0(?:px|pt)?(?:;|!|$)|(?:left|top|text-indent):-\d{3,}"
)
_WHITE = re.compile(r"(?<![\w-])color:(?:#fff(?:fff)?|white|rgb\(255,255,255\)|transparent)(?:;|!|$)")
_COLOURED = re.compile(r"background(?:-color)?:(?!#fff(?:fff)?(?:;|$)|white|transparent|none)[^;]")
_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,4000})\}")
_NAMED = re.compile(r"\s*[a-z]*([.#][\w-]{1,80})\s*", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
#: A style sheet longer than this is a newsletter's.
_MOST_CSS = 100_000


def is_hidden(style: str) -> bool:
    """Whether an element's own style, lower case and without blanks, hides it."""
    return bool(style) and _HIDING.search(style) is not None


def is_white(style: str, colour: str) -> bool:
    """Whether a text is drawn in white; colour: of a <font>."""
    return _WHITE.search(style) is not None or colour.strip().lower() in ("white", "#ffffff", "#fff")


def is_coloured(style: str, background: str) -> bool:
    """Whether an element has a ground on which white can be read; background: of bgcolor."""
    plain = background.strip().lower() in ("", "white", "#ffffff", "#fff")
    return not plain or _COLOURED.search(style) is not None


def hidden_names(css: str) -> frozenset[str]:
    """Classes (".x") and ids ("#x") that a style sheet hides on every screen.

    Rules inside @media hold on some screens only; the sheet is read up to the first one.
    """
    found: set[str] = set()
    for rule in _RULE.finditer(css[:_MOST_CSS].split("@media", 1)[0]):
        if is_hidden(_SPACES.sub("", rule[2]).lower()):
            found.update(name[1] for each in rule[1].split(",") if (name := _NAMED.fullmatch(each)))
    return frozenset(found)
