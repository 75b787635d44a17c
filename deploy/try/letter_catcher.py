"""Stands in for Mailpit where it cannot be had: keeps every letter, and tells of them at /api/v1/messages."""

from __future__ import annotations

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

kept: list[dict[str, object]] = []


class Keep:
    """Takes every letter, and sends none on."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        """Keep a letter."""
        del server, session
        kept.append({"to": envelope.rcpt_tos, "size": len(envelope.content or b"")})
        return "250 kept"


class Page(BaseHTTPRequestHandler):
    """Tells what was kept, in the form of Mailpit's API as far as the try asks."""

    def do_GET(self) -> None:
        """Answer whatever is asked for with all of it."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"total": len(kept), "messages": kept}).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing of it."""
        del args


def place(text: str) -> tuple[str, int]:
    """HOST:PORT as two."""
    host, _, port = text.rpartition(":")
    return host, int(port)


parser = argparse.ArgumentParser()
parser.add_argument("--smtp", type=place, required=True)
parser.add_argument("--listen", type=place, required=True)
given = parser.parse_args()
Controller(Keep(), hostname=given.smtp[0], port=given.smtp[1]).start()
ThreadingHTTPServer(given.listen, Page).serve_forever()
