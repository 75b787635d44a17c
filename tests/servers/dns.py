"""A small name server on the loopback: it answers what a test wrote down, and NXDOMAIN to all else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: Name -> type -> values as a zone file has them: {"wluml.org": {"TXT": ['"v=spf1 -all"']}}.
Zone = Mapping[str, Mapping[str, Sequence[str]]]


@contextmanager
def name_server(zone: Zone, *, mute: frozenset[str] = frozenset()) -> Iterator[str]:
    """Serve a zone over UDP; its address, as DNS_SERVER takes it. Names in `mute` get SERVFAIL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.2)
        end = threading.Event()

        def serve() -> None:
            while not end.is_set():
                try:
                    data, peer = sock.recvfrom(4096)
                except TimeoutError:
                    continue
                sock.sendto(_answer(data, zone, mute), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{sock.getsockname()[1]}"
        finally:
            end.set()
            thread.join()


def _answer(data: bytes, zone: Zone, mute: frozenset[str]) -> bytes:
    query = dns.message.from_wire(data)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
    if name in mute:
        response.set_rcode(dns.rcode.SERVFAIL)
    elif name not in zone:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif values := zone[name].get(kind):
        response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
    return response.to_wire()
