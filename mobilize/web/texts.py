"""The words of the pages, one TOML file a language: data, so that a translator needs no Python."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

#: The languages of the pages, the fallback first.
LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh")


@functools.cache
def texts(language: str) -> Mapping[str, str]:
    """All words of a language, by name; English for a language that the pages do not speak."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    source = resources.files("mobilize.web").joinpath("texts", f"{known}.toml").read_text("utf-8")
    return MappingProxyType({name: str(text) for name, text in tomllib.loads(source).items()})


def preferred(accepted: str) -> str:
    """Choose a language by an Accept-Language header (RFC 9110 12.5.4): the best that the pages speak."""
    best, weight = LANGUAGES[0], 0.0
    for part in accepted[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.partition("-")[0].lower()
        try:
            wanted = float(quality) if quality else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and wanted > weight:
            best, weight = primary, wanted
    return best
