"""All that a monitor is told of an installation: letters, replies and webhooks.

Apart from the figures of a round, which `send` writes too: a send starts without the whole reading of mail.
"""

from __future__ import annotations

import datetime as dt

from mobilize.desk import inbox, webhooks
from mobilize.desk.figures import exposition
from mobilize.installation import Installation
from mobilize.post import figures as counted
from mobilize.replies import metrics as log_metrics
from mobilize.replies import pages


def everything(installation: Installation, *, now: dt.datetime) -> str:
    """The latest round, the log of replies and the webhooks, as Prometheus reads them."""
    inbox.settle(installation)
    slug = installation.campaign.slug
    with installation.store.reading() as connection:
        latest = counted.latest_round(connection, slug)
        kinds = pages.kinds(connection, slug)
    waiting = {each.name: (each.waiting.waiting, each.waiting.given_up) for each in webhooks.everybody(installation)}
    return exposition(installation, latest, now=now) + log_metrics.exposition(slug, kinds, waiting)
