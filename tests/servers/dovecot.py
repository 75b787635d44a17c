"""Debian's Dovecot as an ordinary process on loopback ports, with a certificate of a throw-away authority."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin")

#: Marks a test that cannot run without it.
needs_dovecot = pytest.mark.skipif(DOVECOT is None, reason="no Dovecot here (Debian: apt install dovecot-imapd)")

USER, PASSWORD = "campaign@us.test", "correct horse"

_CONFIG = """\
base_dir = {d}/run
state_dir = {d}/state
log_path = {d}/dovecot.log
instance_name = test{imap}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{d}/cert.pem
ssl_key = <{d}/key.pem
disable_plaintext_auth = yes
auth_failure_delay = 0
auth_mechanisms = plain login
default_login_user = {service}
default_internal_user = {service}
default_internal_group = {service_group}
mail_location = maildir:{d}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
imap_idle_notify_interval = 2 secs
{more}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {d}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={d}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  mailbox Replies {{
    auto = subscribe
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A running server, and the folder that its mail lies in."""

    imap: int
    imaps: int
    ca_file: Path
    mail: Path
    process: subprocess.Popen[bytes]

    def deliver(self, data: bytes, name: str, *, folder: str = "") -> None:
        """Put a message into a folder as a delivery agent does: written aside, then renamed."""
        home = self.mail / folder if folder else self.mail
        for part in ("tmp", "new", "cur"):
            (home / part).mkdir(parents=True, exist_ok=True)
            _give(home / part, self.mail)
        _give(home, self.mail)
        aside = home / "tmp" / name
        aside.write_bytes(data)
        _give(aside, self.mail)
        aside.rename(home / "new" / name)

    def number_anew(self) -> None:
        """Forget the numbers of all messages: the folder gets another UIDVALIDITY."""
        time.sleep(1.1)  # it is a time in seconds
        for path in self.mail.glob("dovecot*"):
            path.unlink()

    def flags(self) -> list[str]:
        """Flags in the names of the inbox's messages."""
        found = [*(self.mail / "new").glob("*"), *(self.mail / "cur").glob("*")]
        return sorted(path.name.partition(":2,")[2] for path in found)

    def vanish(self) -> None:
        """End at once, with all that it serves."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def env(self, **more: str) -> str:
        """The .env of a campaign that reads this mailbox."""
        named = {
            "IMAP_HOST": "127.0.0.1",
            "IMAP_PORT": str(self.imaps),
            "IMAP_USER": USER,
            "IMAP_PASSWORD": PASSWORD,
            "IMAP_CA_FILE": str(self.ca_file),
            **more,
        }
        return "".join(f"{name}={value}\n" for name, value in named.items())


def _give(path: Path, like: Path) -> None:
    owner = like.stat()
    os.chown(path, owner.st_uid, owner.st_gid)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def dovecot(more: str = "") -> Iterator[Mailbox]:
    """Run a server with one empty mailbox. more: lines for its configuration."""
    with tempfile.TemporaryDirectory(prefix="dovecot", ignore_cleanup_errors=True) as place:
        root = Path(place)
        root.chmod(0o755)
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(str(root / "ca.pem"))
        certificate.private_key_pem.write_to_path(str(root / "key.pem"))
        (root / "cert.pem").write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
        (root / "key.pem").chmod(0o600)
        for name in ("run", "state", "mail"):
            (root / name).mkdir()
        (root / "users").write_text(f"{USER}:{PASSWORD}\n")
        me = pwd.getpwuid(os.geteuid())
        whose = pwd.getpwnam("nobody") if os.geteuid() == 0 else me
        mail = root / "mail" / USER
        for path in (root / "mail", mail):
            path.mkdir(exist_ok=True)
            os.chown(path, whose.pw_uid, whose.pw_gid)
        imap, imaps = _free(), _free()
        service = "dovecot" if os.geteuid() == 0 else me.pw_name
        service_group = "dovecot" if os.geteuid() == 0 else grp.getgrgid(me.pw_gid).gr_name
        (root / "dovecot.conf").write_text(
            _CONFIG.format(
                d=root,
                imap=imap,
                imaps=imaps,
                uid=whose.pw_uid,
                gid=whose.pw_gid,
                service=service,
                service_group=service_group,
                more=more,
            )
        )
        with (
            (root / "out").open("wb") as out,
            subprocess.Popen(
                [DOVECOT or "", "-F", "-c", root / "dovecot.conf"], start_new_session=True, stdout=out, stderr=out
            ) as process,
        ):
            try:
                _await(imaps, process, root)
                yield Mailbox(imap=imap, imaps=imaps, ca_file=root / "ca.pem", mail=mail, process=process)
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                # Its helpers are in the same session.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _await(port: int, process: subprocess.Popen[bytes], root: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        assert process.poll() is None, (root / "out").read_text()
        time.sleep(0.05)
    raise AssertionError((root / "out").read_text())
