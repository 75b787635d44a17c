"""The whole loop as it is typed, over PostgreSQL: send, status, replies in, reviewed and out; then back to a file."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from conftest import ROOT
from servers.postgres import Postgres
from servers.smtp import faulty_server

MOBILIZE = Path(sys.executable).with_name("mobilize")


def test_a_campaign_from_its_first_letter_to_its_export(
    campaign_folder: Callable[..., Path], sandbox_env: Callable[[int], str], postgres_server: Postgres, tmp_path: Path
) -> None:
    database = postgres_server.database()
    with faulty_server() as server:
        folder = campaign_folder(
            env=f"{sandbox_env(server.port)}DATABASE_URL={postgres_server.url_of(database)}\nMOBILIZE_SECRET=x\n"
            f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n"
        )

        def run(*words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
            done = subprocess.run(
                [MOBILIZE, "--campaign", folder, *words],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
                cwd=tmp_path,
            )
            assert done.returncode == code, done.stderr + done.stdout
            assert "Traceback" not in done.stderr
            return done

        assert "made" in run("db", "upgrade").stdout
        assert not (folder / ".mobilize" / "ledger.sqlite").exists()
        assert run("send", "--yes").stdout.splitlines()[-1] == "6 sent"
        assert "Nothing to send." in run("send", "--yes").stderr
        assert "sent\t6" in run("status").stdout
        assert run("status", "--missing").stdout.strip()
        assert "paused" in run("outbox", "pause", "--by", "amina").stdout
        assert "goes on" in run("outbox", "resume").stdout
        run("doctor")
        run("receipt", "make")

        # An answer to the letter that Kenya's minister got, and the shipped example mails.
        letter = next(each.data for each in server.taken if each.recipients == ["minister@mfa.ke.example"])
        name = next(line for line in letter.split(b"\r\n") if line.lower().startswith(b"message-id:")).split(b": ", 1)[
            1
        ]
        answer = tmp_path / "answer.eml"
        answer.write_bytes(
            b"From: minister@mfa.ke.example\r\nTo: wluml@wluml.org\r\nSubject: Re: L.64\r\nDate: Wed, 13 Nov 2013 "
            b"09:00:00 +0300\r\nMessage-ID: <1@mfa.ke.example>\r\nIn-Reply-To: "
            + name
            + b"\r\n\r\nKenya will co-sponsor the draft resolution.\r\n"
        )
        examples = sorted((ROOT / "demo" / "replies").glob("*.eml"))
        run("replies", "import", answer, *examples)
        run("replies", "import", answer, *examples)
        lines = [json.loads(line) for line in run("replies", "log", "--json").stdout.splitlines()]
        assert len(lines) == 1 + len(examples)
        [ours] = [line for line in lines if line["country"] == "KE" and line["stance"] == "cosponsor"]
        assert ours["letter"]
        run("replies", "review", ours["reply"][:8], "--by", "amina")
        assert "amina" in run("replies", "show", ours["reply"][:8]).stdout
        out = tmp_path / "out.csv"
        run("replies", "export", "--out", out)
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
        mine = [row for row in rows if row["country"] == "KE" and ours["reply"].startswith(row["reply"])]
        assert [(row["stance"], row["stance_status"]) for row in mine] == [("cosponsor", "confirmed")]

        # And home again, into one file that anybody can carry.
        kept = tmp_path / "kept.sqlite"
        copied = run("db", "copy", "database", kept)
        assert f"replies\t{len(lines)}\t" in copied.stdout
        (folder / ".env").write_text((folder / ".env").read_text().replace("DATABASE_URL", "NO_DATABASE_URL"))
        (folder / ".mobilize").mkdir(exist_ok=True)
        kept.rename(folder / ".mobilize" / "ledger.sqlite")
        again = [json.loads(line) for line in run("replies", "log", "--json").stdout.splitlines()]
        assert [line["reply"] for line in again] == [line["reply"] for line in lines]
        assert "sent\t6" in run("status").stdout
    postgres_server.drop(database)
