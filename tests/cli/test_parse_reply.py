"""`replies parse` as scripts use it: one object a line, each answered at once, and no line ends the service."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mobilize.cli import app

MAIL = (
    b"From: Ministry <a@mfa.gov.xx.example>\nSubject: =?utf-8?q?R=C3=A9ponse?=\n\nWe will co-sponsor the resolution.\n"
)


def parse(*arguments: str, given: bytes = b"") -> list[dict[str, object]]:
    done = CliRunner().invoke(app, ["replies", "parse", *arguments], input=given)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def line(identity: object, data: bytes = MAIL) -> bytes:
    return json.dumps({"id": identity, "raw_base64": base64.b64encode(data).decode()}).encode() + b"\n"


def test_a_file_gives_one_object_a_message(tmp_path: Path) -> None:
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(MAIL + name.encode())
    first, second = parse(str(tmp_path), "--json")
    assert (first["subject"], second["subject"]) == ("Réponse", "Réponse")
    assert first["id"] != second["id"]


def test_without_a_file_standard_input_is_read() -> None:
    [made] = parse("--json", given=MAIL)
    assert made["from_address"] == "a@mfa.gov.xx.example"


def test_a_line_is_answered_under_its_own_id() -> None:
    assert [made["id"] for made in parse("--ndjson", given=line("x/1") + line(7))] == ["x/1", 7]


@pytest.mark.parametrize(
    ("bad", "identity"),
    [
        (b"{not json\n", None),
        (b"[1]\n", None),
        (b"\xff\xfe\n", None),
        (b'{"id": "x"}\n', "x"),
        (b'{"id": "x", "raw_base64": 1}\n', "x"),
        (b'{"id": "x", "raw_base64": "%%%"}\n', "x"),
        (b"[" * 20_000 + b"\n", None),
    ],
    ids=["json", "object", "bytes", "missing", "number", "base64", "deep"],
)
def test_a_bad_line_is_an_error_and_the_next_one_is_answered(bad: bytes, identity: object) -> None:
    wrong, right = parse("--ndjson", given=bad + b"\n" + line("next"))
    assert wrong["id"] == identity
    assert wrong["error"]
    assert right["id"] == "next"
    assert "error" not in right


def test_the_campaign_s_own_address_comes_from_its_folder(tmp_path: Path) -> None:
    toml = '[campaign]\nslug = "x"\n[sender]\naddress = "desk@own.example"\n'
    (tmp_path / "campaign.toml").write_text(toml, "utf-8")
    ours = (
        b"From: a@b.example\nTo: desk@own.example\nSubject: Fwd: our letter\n\nWe got this.\n\n"
        b"From: Desk <desk@own.example>\nSent: Tuesday, 12 November 2013 10:00\nTo: a@b.example\n"
        b"Subject: our letter\n\n"
        b"We urge you to co-sponsor.\n"
    )
    done = CliRunner().invoke(app, ["-C", str(tmp_path), "replies", "parse", "--ndjson"], input=line("x", ours))
    [made] = [json.loads(each) for each in done.stdout.splitlines()]
    assert made["text"] == "We got this."
    assert made["from_address"] == "a@b.example"


def test_names_and_ndjson_together_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    assert CliRunner().invoke(app, ["replies", "parse", "--ndjson", str(tmp_path / "a.eml")]).exit_code == 2


def test_a_file_that_is_not_there_is_one_sentence_on_stderr() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from mobilize.cli import main; main()", "replies", "parse", "none.eml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "none.eml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_person_is_shown_what_was_understood_and_why(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    shown = CliRunner().invoke(app, ["replies", "parse", str(tmp_path / "a.eml")]).stdout
    assert "Réponse" in shown
    assert "We will co-sponsor the resolution." in shown


def test_each_line_is_answered_before_the_next_is_sent() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mobilize.cli.parse_reply", "--ndjson"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for number in range(3):
            server.stdin.write(line(number))
            server.stdin.flush()
            assert json.loads(server.stdout.readline())["id"] == number
        server.stdin.close()
        assert server.wait() == 0
