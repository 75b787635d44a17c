"""Figures as Prometheus reads them: text format 0.0.4, names and units by its own rules. No address, no country.

https: prometheus.io/docs/instrumenting/exposition_formats and /docs/practices/naming.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from mobilize.post.figures import Figures


def exposition(figures: Figures, *, campaign: str, round: int, now: dt.datetime, paused: bool) -> str:
    """Write the figures of one round. campaign: its slug, which is letters, digits and hyphens alone."""
    return "".join(_lines(figures, {"campaign": campaign, "round": str(round)}, now, paused))


def _lines(figures: Figures, labels: Mapping[str, str], now: dt.datetime, paused: bool) -> Iterator[str]:  # noqa: FBT001 - a figure like the others
    yield head("mobilize_letters", "gauge", "Letters of the round by state.")
    for state, count in figures.states.items():
        yield sample("mobilize_letters", {**labels, "state": state}, count)
    yield from _one("mobilize_tries_total", "counter", "Tries to hand a letter over.", labels, figures.tries)
    told = "Tries to which no server gave an answer."
    yield from _one("mobilize_tries_unanswered_total", "counter", told, labels, figures.unanswered)
    told = "Letters a second that servers took of late."
    yield from _one("mobilize_letters_per_second", "gauge", told, labels, round(figures.a_minute / 60, 6))
    if figures.next_try is not None:
        told = "When the next deferred letter is tried again, in seconds since 1970."
        yield from _one("mobilize_next_try_timestamp_seconds", "gauge", told, labels, figures.next_try.timestamp())
    yield from _one("mobilize_paused", "gauge", "Whether a person paused sending.", labels, int(paused))
    told = "When these figures were counted, in seconds since 1970."
    yield from _one("mobilize_counted_timestamp_seconds", "gauge", told, labels, now.timestamp())


def _one(name: str, kind: str, told: str, labels: Mapping[str, str], value: float) -> Iterator[str]:
    yield head(name, kind, told)
    yield sample(name, labels, value)


def head(name: str, kind: str, told: str) -> str:
    """What a family of samples is, in its two lines."""
    return f"# HELP {name} {told}\n# TYPE {name} {kind}\n"


def sample(name: str, labels: Mapping[str, str], value: float) -> str:
    """One sample."""
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
