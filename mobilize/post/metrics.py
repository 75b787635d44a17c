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


def of_worker(
    *,
    campaign: str,
    letters: Mapping[str, int],
    shards: Mapping[str, int],
    recovered: Mapping[str, int],
    differing: int,
    away: int,
    in_hand: int,
    sending: int,
    queued: Mapping[str, int],
    standing: Mapping[tuple[int, str], int],
    ready: bool,
) -> str:
    """Write the figures of one worker process, and of the queue that all share."""
    labels = {"campaign": campaign}
    counted = (
        ("mobilize_worker_letters_total", "Letters that this worker settled.", "state", letters),
        ("mobilize_worker_shards_total", "Shards that this worker ended: done, again or failed.", "outcome", shards),
        ("mobilize_worker_recovered_total", "Letters taken back from workers that died.", "into", recovered),
    )
    plain = (
        ("mobilize_worker_differing_total", "counter", "Letters this folder has otherwise than queued.", differing),
        ("mobilize_worker_database_away_total", "counter", "Times that the database went away.", away),
        ("mobilize_worker_shards_in_hand", "gauge", "Shards that this worker has in hand.", in_hand),
        ("mobilize_worker_letters_in_hand", "gauge", "Letters of these that are not yet taken up.", sending),
        ("mobilize_worker_ready", "gauge", "Whether this worker can work.", int(ready)),
    )
    lines = [
        line
        for name, told, label, values in counted
        for line in (
            head(name, "counter", told),
            *(sample(name, {**labels, label: key}, count) for key, count in sorted(values.items())),
        )
    ]
    lines += [line for name, kind, told, value in plain for line in _one(name, kind, told, labels, value)]
    if queued:
        lines.append(head("mobilize_queue_shards", "gauge", "Shards in the queue that all workers share."))
        lines += [sample("mobilize_queue_shards", {**labels, "status": key}, n) for key, n in sorted(queued.items())]
    if standing:
        lines.append(head("mobilize_letters", "gauge", "Letters of the round by state."))
        for (number, state), count in sorted(standing.items()):
            lines.append(sample("mobilize_letters", {**labels, "round": str(number), "state": state}, count))
    return "".join(lines)
