"""Every template, as the very mail, before a spam filter that asks nobody: SpamAssassin's own rules, off line."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mobilize.campaign.contacts import Audience
from mobilize.desk.compose import composer, message
from mobilize.installation import opened
from mobilize.letter.partner import write

SPAMASSASSIN = shutil.which("spamassassin")
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)

#: A score that no filter minds; five is spam by default.
MOST = 1.0

#: A notorious text, which every installation must know (GTUBE): without it the scores below would prove nothing.
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def scores(messages: list[bytes], home: Path) -> list[float]:
    """The score of each message, all in one run: to start takes longer than to read twenty."""
    envelope = b"From test@example.org Tue Nov 24 10:00:00 2026\n"
    box = b"".join(
        envelope + each.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") + b"\n\n" for each in messages
    )
    done = subprocess.run(
        [SPAMASSASSIN or "", "--local", "--mbox"],
        input=box,
        capture_output=True,
        check=True,
        env={**os.environ, "HOME": str(home)},
    )
    return [float(each) for each in re.findall(rb"(?m)^X-Spam-Status: \w+, score=(-?[0-9.]+)", done.stdout)]


@pytest.mark.skipif(SPAMASSASSIN is None, reason="no SpamAssassin here (Debian: apt install spamassassin)")
def test_every_template_is_below_one(campaign_folder: Callable[..., Path], tmp_path: Path) -> None:
    with opened(campaign_folder()) as installation:
        known = {contact.audience: contact for contact in installation.campaign.contacts}
        made = {}
        for audience in Audience:
            for language in installation.campaign.languages:
                contact = replace(known[audience], language=language, emails=("office@ministry.go.ke",))
                letter = write(installation.campaign, contact, today=NOW.date())
                assert letter.language == language
                made[audience.value, language] = message(composer(installation), letter, now=NOW).data
    assert len(made) == 21
    # SpamAssassin takes a mailbox in the order of the messages' own dates.
    *ours, notorious = sorted(scores([*made.values(), b"Subject: test\n\n" + GTUBE + b"\n"], tmp_path))
    assert notorious > 500
    assert len(ours) == len(made)
    assert ours[-1] < MOST
