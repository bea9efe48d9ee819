"""What an answer of `init` is worth, looked at at once: an address, a relay, a mailbox. Nobody signs in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pscb_mail.desk.doctor.check import Check, Result, error, ok
from pscb_mail.desk.doctor.dns import check_mx
from pscb_mail.desk.doctor.examination import Subject, together
from pscb_mail.desk.doctor.mailbox import check_way_to_mailbox
from pscb_mail.desk.doctor.names import Names, UnansweredError
from pscb_mail.desk.doctor.relay import Heard, check_relay
from pscb_mail.imap import Place
from pscb_mail.people.address import AddressError, parse_address
from pscb_mail.providers import Provider, of_mail_servers
from pscb_mail.settings import Relay

SECONDS = 12.0
# RFC 8314 section 3.3: encrypted from the first byte before STARTTLS; 25 is for relays inside an organisation.
_USUAL = ((465, "tls"), (587, "starttls"), (25, "starttls"))


@dataclass(frozen=True)
class RelayFound:
    """What was found at a host: a relay that answers and encrypts, if any, and whether one can sign in there.

    `unknown_authority`: it would be one, if the authority of its certificate were known here.
    """

    relay: Relay | None
    checks: tuple[Check, ...]
    asks_for_sign_in: bool = False
    unknown_authority: bool = False


def provider_of(address: str, names: Names) -> Provider | None:
    """Return the provider who takes the mail of an address, as far as the DNS tells."""
    try:
        return of_mail_servers(names.mail_servers(address.rpartition("@")[2].lower()))
    except UnansweredError:
        return None


def check_address(address: str, names: Names) -> Check:
    """Return whether an address is one, and whether mail for it arrives anywhere."""
    try:
        parsed = parse_address(address)
    except AddressError as problem:
        return error("address", str(problem), "Write it as newsletter@anytown.gov.uk.")
    return check_mx(parsed.text.rpartition("@")[2], names)


def find_relay(host: str, sender: str, names: Names, now: datetime, *, port: int = 0, ca_file: str = "") -> RelayFound:
    """Try the usual ports of a host, or one port with each kind of encryption; the best way that holds is taken."""
    candidates = [
        Relay.model_validate({"host": host, "port": number, "security": security, "ca_file": ca_file})
        for number, security in _candidates(host, port)
    ]
    heard: dict[str, Heard] = {}

    def subject(relay: Relay) -> Subject:
        key = f"{relay.label} {relay.security}"

        def look() -> list[Check]:
            heard[key] = check_relay(relay, sender, None, names, now, "relay")
            return heard[key].checks

        return Subject(key, look)

    together([subject(relay) for relay in candidates], SECONDS)
    for relay in candidates:
        call = heard.get(f"{relay.label} {relay.security}", Heard())
        if any(check.check == "relay: offers" and check.result in {Result.OK, Result.WARNING} for check in call.checks):
            return RelayFound(relay, tuple(call.checks[:3]), bool(call.mechanisms))
    telling = _most_telling([call.checks for call in heard.values()], host, port)
    unknown = any(call.unknown_authority and telling in call.checks for call in heard.values())
    return RelayFound(None, (telling,), unknown_authority=unknown)


def _candidates(host: str, port: int) -> Sequence[tuple[int, str]]:
    if not port:
        return _USUAL
    ways = [(port, "tls"), (port, "starttls")]
    return [*ways, (port, "none")] if Relay(host=host).is_loopback else ways


def _most_telling(looked: list[list[Check]], host: str, port: int) -> Check:
    """Return the failure that came furthest: a certificate tells more than a closed port."""
    failures = [check for checks in looked for check in checks if check.result is Result.ERROR]
    for step in ("offers", "encryption"):
        for check in failures:
            if check.check == f"relay: {step}":
                return check
    if not failures and looked:
        return looked[0][0]
    if len({check.detail for check in failures}) == 1:
        return failures[0]
    ports = ", ".join(str(number) for number, _ in _candidates(host, port))
    return error("relay", f"{host} takes no mail at the ports tried ({ports}).", "Write it as HOST:PORT.")


def check_provider(provider: Provider, sender: str, names: Names, now: datetime) -> list[Check]:
    """Return whether a provider's servers can be reached from here, encrypted."""
    relay = Relay.model_validate({"host": provider.relay, "port": provider.port, "security": provider.security})
    place = Place(provider.mailbox, 993, sender, "INBOX", tls=True)
    looked = together(
        [
            Subject(
                "relay", lambda: _way(check_relay(relay, sender, None, names, now, "relay").checks[:2], relay.host)
            ),
            Subject("mailbox", lambda: [check_way_to_mailbox(place, "", names, now)]),
        ],
        SECONDS,
    )
    return [replace(check, hint=_IN_THE_WAY) if check.result is Result.ERROR else check for check in looked]


# The servers are the provider's: that they cannot be reached is a matter of this network, and of now.
_IN_THE_WAY = "A firewall or this network's DNS may be in the way; go on, and run `pscb-mail doctor` later."


def _way(checks: Sequence[Check], host: str) -> list[Check]:
    """Return one line for a way that is open, the fault for one that is not."""
    bad = [check for check in checks if check.result is not Result.OK]
    return bad[:1] or [ok("relay", f"{host} can be reached: {checks[-1].detail}")]
