"""The DNS as the doctor asks it: few kinds of questions, a cache, and one error for "nobody answered".

Promises: a name that does not exist, or has no record of the kind, is an empty tuple; silence, a refusal or a broken
answer is `UnansweredError`, so that nobody takes a broken connection for a missing record. The resolver is an argument.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from dns.exception import DNSException
from dns.rdatatype import RdataType
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from pscb_mail.errors import UsageError

TIMEOUT_SECONDS = 3.0
LIFETIME_SECONDS = 6.0


class UnansweredError(Exception):
    """No name server gave an answer that could be used; its text is a sentence."""


class Asks(Protocol):
    """What answers questions to the DNS: a `dns.resolver.Resolver`, or anything with its `resolve`."""

    def resolve(self, qname: str, rdtype: RdataType, *, search: bool) -> Iterable[Any]:
        """Return the records of a kind that a name has."""


class Names:
    """Questions to one resolver, each asked once: also one that got no answer, which takes seconds each time.

    `None`: this computer has no name servers to ask.
    """

    def __init__(self, resolver: Asks | None) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str, RdataType], tuple[Any, ...] | UnansweredError] = {}

    @property
    def connected(self) -> bool:
        """Whether the resolver reaches the world's DNS: the root itself has name servers (RFC 1034 section 3.1)."""
        try:
            return bool(self._records(".", RdataType.NS))
        except UnansweredError:
            return False

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records, the parts of each joined (RFC 7208 section 3.3)."""
        return tuple(b"".join(r.strings).decode("utf-8", "replace") for r in self._records(name, RdataType.TXT))

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the IPv4 and IPv6 addresses."""
        return tuple(
            str(record.address) for kind in (RdataType.A, RdataType.AAAA) for record in self._records(name, kind)
        )

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """Return the MX hosts, the preferred first; `.` alone says that no mail is wanted (RFC 7505)."""
        records = sorted(self._records(name, RdataType.MX), key=lambda record: int(record.preference))
        return tuple(str(record.exchange).lower().rstrip(".") or "." for record in records)

    def _records(self, name: str, kind: RdataType) -> tuple[Any, ...]:
        if (name, kind) not in self._known:
            try:
                self._known[name, kind] = self._asked(name, kind)
            except UnansweredError as silence:
                self._known[name, kind] = silence
        if isinstance(known := self._known[name, kind], UnansweredError):
            raise known
        return known

    def _asked(self, name: str, kind: RdataType) -> tuple[Any, ...]:
        if self._resolver is None:
            raise UnansweredError("this computer has no name servers")
        try:
            return tuple(self._resolver.resolve(name if name == "." else f"{name}.", kind, search=False))
        except (NXDOMAIN, NoAnswer):
            return ()
        except (DNSException, OSError, ValueError) as problem:
            raise UnansweredError(f"the DNS gave no answer for {name} ({type(problem).__name__})") from problem


def system_names(name_server: str = "") -> Names:
    """Return the names as this computer's resolver gives them, or as one name server does: `ADDRESS` or `ADDRESS:PORT`.

    Raises UsageError where the name server is no address.
    """
    try:
        resolver = Resolver(configure=not name_server)
        if name_server:
            address, colon, port = name_server.rpartition(":") if name_server.count(":") == 1 else (name_server, "", "")
            resolver.nameservers = [address]
            resolver.port = int(port) if colon else 53
    except ValueError as problem:
        raise UsageError(
            f'"{name_server}" is not a name server\'s address.', "Write it as 192.0.2.53 or 192.0.2.53:5353."
        ) from problem
    except DNSException:
        return Names(None)
    resolver.timeout, resolver.lifetime = TIMEOUT_SECONDS, LIFETIME_SECONDS
    return Names(resolver)
