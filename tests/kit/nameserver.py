"""A DNS server on loopback that answers from a few lines, and can be broken: silent, failing, or cut off from the world.

Lines are `name TYPE data`, as in a zone file: `council.example MX 10 mx.council.example.` The module is not called dns:
this folder is on the path, and dnspython is.
"""

import socket
import threading
from dataclasses import dataclass, field
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver

from pscb_mail.desk.doctor.names import Names

ROOT = ". NS a.root-servers.example."


@dataclass
class NameServer:
    """Use as a context manager. `lines` is the whole world; `silent` and `failing` are names that get no good answer."""

    lines: str
    connected: bool = True
    silent: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._records = self._read(self.lines + (f"\n{ROOT}" if self.connected else ""))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing does not wake recvfrom: an empty datagram does.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def names(self, lifetime: float = 2.0) -> Names:
        """Return what asks this server and no other."""
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        resolver.timeout, resolver.lifetime = lifetime, lifetime
        return Names(resolver)

    def _read(self, text: str) -> dict[str, dict[str, list[str]]]:
        records: dict[str, dict[str, list[str]]] = {}
        for line in filter(str.strip, text.splitlines()):
            name, kind, data = line.strip().split(None, 2)
            records.setdefault(name.lower(), {}).setdefault(kind, []).append(data)
        return records

    def _serve(self) -> None:
        while True:
            wire, client = self._socket.recvfrom(65535)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            question = query.question[0]
            name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
            self.asked.append((name, kind))
            if name not in self.silent:
                self._socket.sendto(self._answer(query, name, kind).to_wire(), client)

    def _answer(self, query: dns.message.Message, name: str, kind: str) -> dns.message.Message:
        answer = dns.message.make_response(query, recursion_available=True)
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        for _ in range(5):
            known = self._records.get(name, {})
            if kind in known:
                answer.answer.append(self._rrset(name, kind, known[kind]))
                return answer
            if "CNAME" not in known:
                break
            answer.answer.append(self._rrset(name, "CNAME", known["CNAME"]))
            name = known["CNAME"][0].rstrip(".").lower()
        below = any(other.endswith(f".{name}") for other in self._records)
        answer.set_rcode(dns.rcode.NOERROR if name in self._records or below else dns.rcode.NXDOMAIN)
        return answer

    def _rrset(self, name: str, kind: str, data: list[str]) -> dns.rrset.RRset:
        return dns.rrset.from_text_list(dns.name.from_text(name), 60, "IN", kind, data)


class NoNames:
    """A resolver that reaches nobody."""

    def resolve(self, qname: str, rdtype: object, *, search: bool) -> list[object]:
        raise dns.exception.Timeout
