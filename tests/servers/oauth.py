"""A token server on the loopback, as Dovecot asks one: it knows whose a bearer token is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

#: Dovecot asks for each login whose token it is; nothing but that answer lets anybody in.
_PASSDB = """\
tokeninfo_url = http://127.0.0.1:{port}/whose?token=
active_attribute = active
active_value = true
username_attribute = email
"""


@contextmanager
def token_server(known: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Serve tokens -> users; the lines for Dovecot's configuration that make it ask here. folder: for its file."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
            user = known.get(token)
            body = json.dumps({"active": "true", "email": user} if user else {"error": "invalid_token"}).encode()
            self.send_response(200 if user else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden method's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        conf = folder / "oauth2.conf"
        conf.write_text(_PASSDB.format(port=server.server_port))
        conf.chmod(0o644)
        folder.chmod(0o755)
        yield (
            "auth_mechanisms = plain login xoauth2 oauthbearer\n"
            f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {conf}\n}}\n"
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
