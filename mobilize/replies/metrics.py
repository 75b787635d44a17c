"""The log's counters as Prometheus reads them, as post/metrics.py writes those of the letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mobilize.post.metrics import head, sample


def exposition(campaign: str, kinds: Mapping[tuple[str, bool], int], hooks: Mapping[str, tuple[int, int]]) -> str:
    """Write the figures of the log. No country, no name of anybody.

    kinds: (kind, whether a person must look) -> replies. hooks: receiver -> what waits for it, what was given up.
    """
    return "".join(_lines(campaign, kinds, hooks))


def _lines(campaign: str, kinds: Mapping[tuple[str, bool], int], hooks: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    yield head("mobilize_replies", "gauge", "Replies in the log by kind, and whether a person must still look.")
    for (kind, waits), count in sorted(kinds.items()):
        labels = {"campaign": campaign, "kind": kind, "needs_person": str(waits).lower()}
        yield sample("mobilize_replies", labels, count)
    if hooks:
        yield head("mobilize_webhook_deliveries", "gauge", "What receivers of webhooks were not told yet, or never.")
    for name, (waiting, given_up) in sorted(hooks.items()):
        for state, count in (("waiting", waiting), ("given_up", given_up)):
            labels = {"campaign": campaign, "webhook": name, "state": state}
            yield sample("mobilize_webhook_deliveries", labels, count)
