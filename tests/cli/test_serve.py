"""`mobilize serve` answers on this machine, and refuses the open network without https."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from typer.testing import CliRunner

from mobilize.cli import app
from mobilize.errors import Refused, SettingsWrong


def test_it_refuses_the_open_network_without_https(campaign_folder: Callable[..., Path]) -> None:
    folder = str(campaign_folder())
    for host in ("0.0.0.0", "::", "192.0.2.1", "letters.example"):
        result = CliRunner().invoke(app, ["--campaign", folder, "serve", "--host", host])
        assert isinstance(result.exception, Refused), host
        assert "https" in result.exception.hint


def test_a_public_address_is_https_or_a_setting_is_wrong(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder(env="PUBLIC_URL=http://letters.example\n")
    result = CliRunner().invoke(app, ["--campaign", str(folder), "serve"])
    assert isinstance(result.exception, SettingsWrong)
    assert "PUBLIC_URL" in result.exception.sentence


def test_it_serves_until_it_is_told_to_end_and_logs_nobody(campaign_folder: Callable[..., Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from mobilize.cli import main; main()"]
    words = ["--campaign", str(campaign_folder()), "serve", "--port", str(port)]
    with subprocess.Popen([*command, *words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert re.search(rf"http://127\.0\.0\.1:{port}/", process.stderr.readline())
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, timeout=60) as client:
            answer = client.post(
                f"http://127.0.0.1:{port}/en/letter", data={"country": "Kenya", "organisation": "Lantern Network"}
            )
        assert "On behalf of Lantern Network" in answer.text
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert "Lantern" not in rest
    assert "127.0.0.1" not in rest
