"""The DNS of the From domain: can answers come back, and will receivers believe that the mail is ours.

Four checks: MX (bounces and replies), SPF (RFC 7208), DKIM (RFC 6376, in `dkim`), DMARC (RFC 7489). The envelope sender
is the address in From, so an SPF pass is always aligned. What the DNS does not answer is `not checked`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from pscb_mail.desk.doctor import spf
from pscb_mail.desk.doctor.check import ASK_DNS, Check, error, not_checked, ok, warning
from pscb_mail.desk.doctor.dkim import check_keys, signed_with, tags_of
from pscb_mail.desk.doctor.names import Names, UnansweredError
from pscb_mail.providers import of_relay
from pscb_mail.settings import Relay, Settings

# Domains that nobody can own (RFC 2606, RFC 6761): the world's DNS says nothing of a workspace that is being tried out.
_RESERVED = re.compile(r"(^|.*\.)(example|test|invalid|localhost|example\.(com|net|org))")

_NO_NETWORK = "The DNS cannot be asked from here now"


def check_dns(settings: Settings, names: Names) -> list[Check]:
    """Return the checks of the domain in From."""
    domain = settings.newsletter.domain.lower()
    checks: dict[str, Callable[[], Check]] = {
        "DNS: MX": lambda: _mx(domain, names),
        "DNS: SPF": lambda: _spf(settings, names),
        "DNS: DKIM": lambda: check_keys(settings, names),
        "DNS: DMARC": lambda: _dmarc(domain, names),
    }
    return [_answered(name, domain, names, check) for name, check in checks.items()]


def check_signatures(name: str, signatures: Sequence[str], domain: str, names: Names) -> Check:
    """Return whether a mail that came back was signed for us with a key that is published, where the DNS answers."""
    return _answered(name, domain.lower(), names, lambda: signed_with(name, signatures, domain.lower(), names))


def check_mx(domain: str, names: Names) -> Check:
    """Return whether mail for a domain arrives anywhere."""
    return _answered("DNS: MX", domain, names, lambda: _mx(domain, names))


def _is_known(domain: str, names: Names) -> bool:
    with suppress(UnansweredError):
        return bool(names.texts(domain) or names.mail_servers(domain) or names.addresses(domain))
    return True


def _answered(name: str, domain: str, names: Names, check: Callable[[], Check]) -> Check:
    if not names.connected:
        return not_checked(name, f"{_NO_NETWORK}.", "Run it again with a network.")
    if _RESERVED.fullmatch(domain) and not _is_known(domain, names):
        why = f"{domain} is a name for examples, which nobody can own."
        return not_checked(name, why, "Set from under [newsletter] to your own address.")
    try:
        return check()
    except UnansweredError as silence:
        return not_checked(name, f"{_NO_NETWORK}: {silence}.", "Run it again later.")


def _mx(domain: str, names: Names) -> Check:
    hosts = names.mail_servers(domain)
    if hosts == (".",):
        return error(
            "DNS: MX",
            f"{domain} says that it takes no mail at all: no reply and no bounce can come back.",
            "Use an address in from whose domain takes mail.",
        )
    if hosts:
        return ok("DNS: MX", f"Mail for {domain} goes to {', '.join(hosts[:3])}.")
    if names.addresses(domain):
        return warning(
            "DNS: MX",
            f"{domain} has no MX record; mail goes to the host of that name, if it takes any.",
            ASK_DNS.format(domain=domain, what="publish an MX record."),
        )
    return error(
        "DNS: MX",
        f"{domain} has no mail server, so no reply and no bounce can come back, and many receivers refuse its mail.",
        "Check the domain of the address in from.",
    )


# -- SPF --------------------------------------------------------------------------------------------------------


def _spf(settings: Settings, names: Names) -> Check:
    domain = settings.newsletter.domain.lower()
    sender = f"postmaster@{domain}"
    try:
        walked = spf.evaluate(names, sender)
        if not walked.record:
            return error(
                "DNS: SPF",
                f"{domain} has no SPF record: large receivers refuse mail that nothing vouches for.",
                ASK_DNS.format(domain=domain, what=f"publish {_wanted(settings.relay)}."),
            )
        return _vouching(settings.relay, walked, names, sender)
    except spf.SpfError as problem:
        return error(
            "DNS: SPF",
            f"The SPF record does not hold: {problem}.",
            ASK_DNS.format(domain=domain, what="the record must be mended."),
        )


def _wanted(relays: Iterable[Relay]) -> str:
    includes = [f"include:{p.spf}" for relay in relays if (p := of_relay(relay.host))]
    return f'"v=spf1 {" ".join(includes) or "include:(your relay’s domain)"} -all"'


def _vouching(relays: tuple[Relay, ...], walked: spf.Spf, names: Names, sender: str) -> Check:
    """Say whether the record vouches for each relay; the first that it does not vouch for decides."""
    domain = sender.rpartition("@")[2]
    seen = [_vouched(relay, walked, names, sender) for relay in relays if not relay.is_loopback]
    for vouched, why in seen:
        if vouched is False:
            return error(
                "DNS: SPF",
                f"The SPF record of {domain} does not vouch for {why}.",
                ASK_DNS.format(domain=domain, what=f"{_wanted(relays)} would (the record now: {walked.record})."),
            )
    if "+all" in walked.record.lower().split():
        return warning(
            "DNS: SPF",
            f"The SPF record of {domain} vouches for the whole world (+all).",
            ASK_DNS.format(domain=domain, what="end it with -all."),
        )
    if unsure := [why for vouched, why in seen if vouched is None]:
        return warning("DNS: SPF", f"The SPF record of {domain} holds, but {unsure[0]}.", _ASK_RELAY)
    if not seen:
        return not_checked(
            "DNS: SPF",
            f"The record holds ({walked.lookups} look-ups), but from which address a relay on this computer sends"
            " cannot be seen from here.",
            "Send `pscb-mail test` to an address elsewhere and read Received-SPF in it.",
        )
    return ok("DNS: SPF", f"It vouches for {', '.join(why for _, why in seen)} ({walked.lookups} of 10 look-ups).")


_ASK_RELAY = "Ask who runs the relay from which addresses it sends, and whether the record covers them."


def _vouched(relay: Relay, walked: spf.Spf, names: Names, sender: str) -> tuple[bool | None, str]:
    """Return whether the record vouches for a relay (None: it cannot be told from here), and for what."""
    provider = of_relay(relay.host)
    if provider is not None:
        # Their mail leaves from other addresses than the one we hand it to: the include is what counts.
        return provider.spf in walked.domains, provider.title
    results = {address: spf.evaluate(names, sender, address).result for address in names.addresses(relay.host)[:4]}
    good = [address for address, result in results.items() if result == "pass"]
    if good:
        return True, f"{relay.host} ({good[0]})"
    addresses = ", ".join(results) or "no address"
    return None, f"it does not name {relay.host} ({addresses}), which may send from other addresses"


# -- DMARC ------------------------------------------------------------------------------------------------------


def _dmarc(domain: str, names: Names) -> Check:
    place, record = _dmarc_record(domain, names)
    if not record:
        return warning(
            "DNS: DMARC",
            f"{domain} has no DMARC record; large receivers expect one.",
            ASK_DNS.format(
                domain=domain, what=f'publish "v=DMARC1; p=none; rua=mailto:postmaster@{domain}" at _dmarc.{domain}.'
            ),
        )
    tags = tags_of(record)
    policy = tags.get("p", "").lower() if place == domain else (tags.get("sp") or tags.get("p", "")).lower()
    if policy not in {"none", "quarantine", "reject"}:
        return error(
            "DNS: DMARC",
            f'The DMARC record of {place} is broken: "{record}".',
            ASK_DNS.format(domain=place, what="it needs p=none, p=quarantine or p=reject."),
        )
    # Aligned even under aspf=s: envelope sender and From are one address.
    return ok("DNS: DMARC", f"The policy is {policy} (of {place}); SPF is aligned, the envelope sender being the From.")


def _dmarc_record(domain: str, names: Names) -> tuple[str, str]:
    """Return the record in force and its domain: the nearest one upwards.

    The road not taken is the public suffix list (RFC 7489 section 3.2): walking up, as DMARCbis does, finds the same
    record for every domain that a newsletter is sent from, and needs no list to be kept current.
    """
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        place = ".".join(labels[start:])
        records = [t for t in names.texts(f"_dmarc.{place}") if re.match(r"v\s*=\s*DMARC1\s*(;|$)", t)]
        # More than one record counts as none (RFC 7489 section 6.6.3).
        if len(records) == 1:
            return place, records[0]
    return domain, ""
