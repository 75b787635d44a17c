"""aiosmtpd with STARTTLS and AUTH, its certificate by a throw-away authority (trustme)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "campaign", "correct horse battery"


@dataclass
class Secured:
    port: int
    #: PEM of the authority that signed its certificate.
    ca_file: Path
    taken: list[bytes] = field(default_factory=list)


@contextmanager
def secured_server(folder: Path, *, name: str = "localhost", implicit: bool = False) -> Iterator[Secured]:
    """Run a server that demands TLS and a login; implicit: TLS from the first byte."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    state = Secured(port=0, ca_file=folder / "ca.pem")

    class Handler:
        async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
            state.taken.append(envelope.original_content or b"")
            return "250 2.0.0 kept"

    def authenticate(_s: SMTP, _session: Session, _e: Envelope, _m: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.login == USER.encode() and data.password == PASSWORD.encode(), handled=False)

    controller = Controller(
        Handler(),
        hostname="127.0.0.1",
        port=_free_port(),
        server_hostname="secured.test",
        ssl_context=context if implicit else None,
        tls_context=None if implicit else context,
        require_starttls=not implicit,
        auth_required=True,
        auth_require_tls=not implicit,
        authenticator=authenticate,
    )
    controller.start()
    state.port = controller.port
    try:
        yield state
    finally:
        controller.stop()


@contextmanager
def lingering_server(folder: Path) -> Iterator[Secured]:
    """Run a server that answers QUIT over TLS, and then keeps the connection and says nothing."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    over = threading.Event()

    def talk() -> None:
        caller, _ = listener.accept()
        with context.wrap_socket(caller, server_side=True) as secured, secured.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 lingering.test ESMTP\r\n")
            for command in lines:
                is_last = command.upper().startswith(b"QUIT")
                lines.write(b"221 2.0.0 bye\r\n" if is_last else b"250 lingering.test\r\n")
                if is_last:
                    break
            over.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield Secured(port=listener.getsockname()[1], ca_file=folder / "ca.pem")
        finally:
            over.set()
            thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
