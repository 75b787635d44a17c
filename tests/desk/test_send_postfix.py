"""A round through a real Postfix: STARTTLS, PIPELINING, its own refusals, and the letters as it wrote them."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mobilize.desk import plan as planning
from mobilize.desk import send, status
from mobilize.desk.plan import Chosen
from mobilize.errors import ServerUnreachable
from mobilize.installation import Installation, opened
from servers.ledger import counts
from servers.postfix import POSTFIX, Postfix, postfix

if POSTFIX is None or os.geteuid() != 0:
    sys.stderr.write(
        "\nPostfix is not installed (Debian: postfix), or this is not root: no round through a real relay\n"
    )
    pytest.skip("needs postfix and root", allow_module_level=True)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def env(server: Postfix, **changes: str) -> str:
    given = {
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "starttls",
        "SMTP_CA_FILE": str(server.ca_file),
        "SMTP_SANDBOX": "yes",
        **changes,
    }
    return "".join(f"{name}={value}\n" for name, value in given.items())


def send_all(installation: Installation) -> send.Sent:
    plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
    return send.send(installation, plan, now=now, told=lambda *_: None, patience=0)


def test_a_round_through_a_real_relay(campaign_folder: Callable[..., Path]) -> None:
    rows = [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(24)]
    rows += ["KE,ngo,Refused,,,,refused@lantern.example,,,,invented,2026-11-01,"]
    rows += ["KE,ngo,Elsewhere,,,,desk@elsewhere.example,,,,invented,2026-11-01,"]
    with postfix() as server:
        folder = campaign_folder(*rows, env=env(server))
        with opened(folder) as installation:
            assert send_all(installation).states == {"sent": 24, "failed": 2}
            reasons = {each.reason for each in status.fates(installation, 1) if each.state == "failed"}
            assert reasons == {
                "there is no such mailbox (550 5.1.1)",
                "that server does not let us send to this address (554 5.7.1)",
            }
            assert send_all(installation).states == {}
        end = time.monotonic() + 20
        while len(server.letters()) < 24 and time.monotonic() < end:
            time.sleep(0.1)
        kept = [message_from_bytes(each, policy=policy.default) for each in server.letters()]
    assert len(kept) == 24
    assert len({message["Message-ID"] for message in kept}) == 24
    for message in kept:
        assert "with ESMTPS" in message["Received"]
        # What the relay writes of us is the sender's domain, and the loopback address.
        assert message["Received"].startswith("from wluml.org (")
        paper = next(message.iter_attachments())
        assert paper.get_content().startswith(b"%PDF-")
        assert not message.defects


def test_its_certificate_must_be_vouched_for(campaign_folder: Callable[..., Path]) -> None:
    with postfix() as server, opened(campaign_folder(env=env(server, SMTP_CA_FILE=""))) as installation:
        with pytest.raises(ServerUnreachable, match="certificate is not valid"):
            send_all(installation)
        assert counts(installation)["queued"] == 6
