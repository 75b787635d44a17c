"""A real Postfix on a loopback port, from a temporary folder: STARTTLS required, mail to .example kept in a Maildir.

Needs Debian's postfix and root (its daemons change users); nothing can leave: there is no transport but the Maildir.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin")

MAIN = """\
compatibility_level = 3.6
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
master_service_disable =
alias_maps =
alias_database =
local_transport = error:no local
default_transport = error:no outside mail from tests
relay_transport = error:no relaying from tests
virtual_mailbox_domains = lantern.example
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_transport = virtual
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {d}/cert.pem
smtpd_tls_key_file = {d}/key.pem
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{d}/access
smtpd_client_connection_count_limit = 20
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
maillog_file = {d}/postfix.log
maillog_file_prefixes = {d}
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
showq unix n - n - - showq
"""


@dataclass(frozen=True, kw_only=True)
class Postfix:
    port: int
    ca_file: Path
    folder: Path

    def letters(self) -> list[bytes]:
        """What was delivered, as Postfix wrote it."""
        return [path.read_bytes() for path in (self.folder / "mail" / "all").rglob("new/*")]


@contextlib.contextmanager
def postfix() -> Iterator[Postfix]:
    """Run it for as long as the block lasts; ready in about two seconds."""
    folder = Path(tempfile.mkdtemp(prefix="mobilize-postfix"))
    folder.chmod(0o755)
    owner, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    for name in ("spool", "data", "mail", "etc"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    (folder / "key.pem").chmod(0o600)
    (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = {"d": folder, "port": port, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
    (folder / "access").write_text("refused@lantern.example 550 5.1.1 no such user\n")
    (folder / "etc" / "main.cf").write_text(MAIN.format(**names))
    (folder / "etc" / "master.cf").write_text(MASTER.format(**names))
    assert POSTFIX is not None
    command = [POSTFIX, "-c", str(folder / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        _wait(port)
        yield Postfix(port=port, ca_file=folder / "ca.pem", folder=folder)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    end = time.monotonic() + 15
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                probe.settimeout(5)
                assert probe.recv(100).startswith(b"220")
                return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)
