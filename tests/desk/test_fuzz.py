"""Whatever arrives is in the log: mutations of real mail, taken in as any other. `make soak` tries thousands."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mobilize.desk import filing, folds, receive, review, signatures
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from mobilize.store.schema import replies
from servers.hostile import MAILS
from servers.signing import dns

MakeFolder = Callable[..., Path]

#: Some hundred in the suite, thousands with MOBILIZE_SOAK (make soak).
EXAMPLES = 12_000 if os.environ.get("MOBILIZE_SOAK") else 200
MOST_SECONDS = 2.0


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.mark.timeout(7200 if os.environ.get("MOBILIZE_SOAK") else 120)
def test_whatever_arrives_is_kept_read_and_logged(campaign_folder: MakeFolder) -> None:
    with opened(campaign_folder(env="TRUSTED_AUTHSERV=mx.wluml.org\n")) as installation:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        )
        @given(MAILS | st.binary(max_size=200))
        def takes(data: bytes) -> None:
            _takes(installation, data)

        takes()


def _takes(installation: Installation, data: bytes) -> None:
    raw = RawMail(data=data, origin="fuzz")
    start = time.process_time()
    receive.take(installation, raw, now=now())
    spent = time.process_time() - start
    with installation.store.reading() as connection:
        row = connection.execute(select(replies.c.parsed).where(replies.c.reply == raw.id)).one()
    assert json.loads(row.parsed)["error"] == "", "read whole, not only contained"
    assert review.original(installation, raw.id) == data, "kept byte for byte"
    assert spent < MOST_SECONDS
    if raw.id[0] != "0":
        return
    # What organisers look at next must bear it as well; one in sixteen, since each look is a transaction.
    shown = review.one(installation, raw.id)
    filing.choices(installation, shown)
    folds.whole(installation, shown.entry)
    list(signatures.check_all(installation, [shown], dns(), now=now))
