"""SPF (RFC 7208): what a domain's record says about an address, and whether the record itself holds.

Pure but for `Names`, which is an argument. Promises: at most ten look-ups and two empty ones, as every receiver counts
them (section 4.6.4); a syntax error anywhere is `permerror`, as receivers take it (section 4.6). `ptr` never matches
here (section 5.5 says not to use it); it counts. Raises `UnansweredError` where the DNS does not answer.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pscb_mail.desk.doctor.names import Names

LOOKUPS_LIMIT, VOID_LIMIT = 10, 2
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?P<value>[:/].*)?", re.IGNORECASE
)
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9._-]*)=(?P<value>\S*)")
_MACRO = re.compile(r"%\{([slodiphcrtv])(\d*)(r?)([-.+,/_=]*)\}|%([%_-])", re.IGNORECASE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class SpfError(Exception):
    """The record cannot be followed: `permerror` at every receiver. Its text is a sentence."""


@dataclass
class Walk:
    """One evaluation: for whom, and what was counted on the way."""

    names: Names
    sender: str
    address: Address | None
    lookups: int = 0
    empty: int = 0
    domains: list[str] = field(default_factory=list)

    def count(self) -> None:
        """Count a look-up (RFC 7208 section 4.6.4)."""
        self.lookups += 1
        if self.lookups > LOOKUPS_LIMIT:
            raise SpfError(f"it needs more than {LOOKUPS_LIMIT} look-ups, so that receivers give up on it")

    def found(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Count a look-up that found nothing."""
        self.empty += not values
        if self.empty > VOID_LIMIT:
            raise SpfError(f"more than {VOID_LIMIT} of the names in it do not exist, so that receivers give up on it")
        return values


@dataclass(frozen=True)
class Spf:
    """What a record says: its text, the result for the address asked about, and the domains it draws in."""

    record: str
    result: str
    lookups: int
    domains: tuple[str, ...]


def record_of(names: Names, domain: str) -> str:
    """Return a domain's SPF record, empty where it has none. Raises SpfError where it has two (section 4.5)."""
    records = [text for text in names.texts(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if len(records) > 1:
        raise SpfError(f"{domain} has {len(records)} SPF records; receivers then believe none of them")
    return records[0] if records else ""


def evaluate(names: Names, sender: str, address: str | None = None) -> Spf:
    """Return what the record of the sender's domain says of an address; without one the whole record is walked.

    Raises SpfError where receivers would see `permerror`.
    """
    domain = sender.rpartition("@")[2]
    walk = Walk(names, sender, None if address is None else ipaddress.ip_address(address))
    result = _check(walk, domain)
    return Spf(record_of(names, domain), result, walk.lookups, tuple(dict.fromkeys(walk.domains)))


def _check(walk: Walk, domain: str) -> str:
    """The check_host() function (section 4), without its rare results `temperror` (an exception here)."""
    record = record_of(walk.names, domain)
    if not record:
        return "none"
    walk.domains.append(domain)
    redirect = ""
    terms = list(_terms(record, domain))
    for qualifier, name, value in terms:
        if not qualifier:
            redirect = value if name == "redirect" else redirect
        elif _matches(walk, domain, name, value):
            return _RESULTS[qualifier]
    if redirect and not any(name == "all" for _, name, _ in terms):
        walk.count()
        result = _check(walk, _expanded(walk, redirect, domain))
        if result == "none":
            raise SpfError(f"{domain} redirects to {redirect}, which has no SPF record")
        return result
    return "neutral"


def _terms(record: str, domain: str) -> Iterator[tuple[str, str, str]]:
    """Yield qualifier, name and value of each term; a modifier has no qualifier (section 12)."""
    for term in record.split()[1:]:
        if match := _TERM.fullmatch(term):
            yield match["qualifier"] or "+", match["name"].lower(), match["value"] or ""
        elif match := _MODIFIER.fullmatch(term):
            yield "", match["name"].lower(), match["value"]
        else:
            raise SpfError(f'"{term}" in the SPF record of {domain} is not understood by anybody')


def _matches(walk: Walk, domain: str, name: str, value: str) -> bool:
    match name:
        case "all":
            # Without an address the whole record is walked for its faults: `all` ends it, whatever it says.
            return True
        case "ip4" | "ip6":
            return _within(walk.address, value.removeprefix(":"), domain)
        case "include":
            return _included(walk, domain, value)
        case "ptr":
            walk.count()
            return False
        case "exists":
            walk.count()
            return bool(walk.found(walk.names.addresses(_target(walk, domain, value)))) and walk.address is not None
        case _:
            return _host_matches(walk, domain, name, value)


def _included(walk: Walk, domain: str, value: str) -> bool:
    walk.count()
    target = _target(walk, domain, value)
    result = _check(walk, target)
    if result == "none":
        raise SpfError(f"{domain} includes {target}, which has no SPF record")
    return result == "pass" and walk.address is not None


def _host_matches(walk: Walk, domain: str, name: str, value: str) -> bool:
    """`a` and `mx`, each with a domain and two lengths of prefix (section 5.3, 5.4)."""
    walk.count()
    host, _, lengths = value.partition("/")
    four, _, six = lengths.partition("//") if not lengths.startswith("/") else ("", "", lengths[1:])
    target = _target(walk, domain, host) if host else domain
    hosts: tuple[str, ...] = (target,)
    if name == "mx":
        hosts = walk.found(walk.names.mail_servers(target))[:10]
    addresses = [address for host in hosts for address in walk.names.addresses(host)]
    if name == "a":
        walk.found(tuple(addresses))
    networks = (f"{a}/{six or '128'}" if ":" in a else f"{a}/{four or '32'}" for a in addresses)
    return any(_within(walk.address, network, domain) for network in networks)


def _within(address: Address | None, network: str, domain: str) -> bool:
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError as problem:
        raise SpfError(f'"{network}" in the SPF record of {domain} is not an address') from problem
    return address is not None and address.version == parsed.version and address in parsed


def _target(walk: Walk, domain: str, value: str) -> str:
    target = _expanded(walk, value.removeprefix(":"), domain)
    if not target:
        raise SpfError(f"the SPF record of {domain} has a term without its domain")
    return target


def _expanded(walk: Walk, text: str, domain: str) -> str:
    """Return a domain-spec with its macros filled in (section 7)."""

    def fill(match: re.Match[str]) -> str:
        if match[5]:
            return {"%": "%", "_": " ", "-": "%20"}[match[5]]
        parts = re.split(f"[{re.escape(match[4] or '.')}]", _macro(walk, match[1].lower(), domain))
        parts = parts[::-1] if match[3] else parts
        return ".".join(parts[-int(match[2]) :] if match[2] else parts)

    return _MACRO.sub(fill, text).rstrip(".")


def _macro(walk: Walk, letter: str, domain: str) -> str:
    # Without an address the record is walked for its faults: any address will do for the names in it.
    address = walk.address or ipaddress.IPv4Address("192.0.2.1")
    dotted = ".".join(address.exploded.replace(":", "")) if address.version == 6 else str(address)
    local, _, sender_domain = walk.sender.rpartition("@")
    values = {"s": walk.sender, "l": local, "o": sender_domain, "d": domain, "i": dotted, "h": domain}
    return values.get(letter, {"v": "ip6" if address.version == 6 else "in-addr"}.get(letter, "unknown"))
