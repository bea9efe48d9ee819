"""The DNS of the From domain: can answers come back, and will receivers believe that the mail is ours.

Four checks: MX (bounces and replies), SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). The envelope sender is the
address in From, so an SPF pass is always aligned. What the DNS does not answer is `not checked`.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from contextlib import suppress

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pscb_mail.desk.doctor import spf
from pscb_mail.desk.doctor.check import Check, error, not_checked, ok, warning
from pscb_mail.desk.doctor.names import Names, UnansweredError
from pscb_mail.desk.providers import Provider, of_relay
from pscb_mail.settings import Dkim, Relay, Settings

# RFC 8301 section 3.2: verifiers must not accept less than 1024 bits; signers should use 2048.
RSA_LEAST, RSA_GOOD = 1024, 2048
# Domains that nobody can own (RFC 2606, RFC 6761): the world's DNS says nothing of a workspace that is being tried out.
_RESERVED = re.compile(r"(^|.*\.)(example|test|invalid|localhost|example\.(com|net|org))")

_NO_NETWORK = "The DNS cannot be asked from here now"
_HINT = "Ask whoever runs the DNS of {domain}: {what}"


def check_dns(settings: Settings, names: Names) -> list[Check]:
    """Return the checks of the domain in From."""
    domain = settings.newsletter.domain.lower()
    checks: dict[str, Callable[[], Check]] = {
        "DNS: MX": lambda: _mx(domain, names),
        "DNS: SPF": lambda: _spf(settings, names),
        "DNS: DKIM": lambda: _dkim(settings, names),
        "DNS: DMARC": lambda: _dmarc(domain, names),
    }
    return [_answered(name, domain, names, check) for name, check in checks.items()]


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
            _HINT.format(domain=domain, what="publish an MX record."),
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
                _HINT.format(domain=domain, what=f"publish {_wanted(settings.relay)}."),
            )
        return _vouching(settings.relay, walked, names, sender)
    except spf.SpfError as problem:
        return error(
            "DNS: SPF",
            f"The SPF record does not hold: {problem}.",
            _HINT.format(domain=domain, what="the record must be mended."),
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
                _HINT.format(domain=domain, what=f"{_wanted(relays)} would (the record now: {walked.record})."),
            )
    if "+all" in walked.record.lower().split():
        return warning(
            "DNS: SPF",
            f"The SPF record of {domain} vouches for the whole world (+all).",
            _HINT.format(domain=domain, what="end it with -all."),
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


# -- DKIM -------------------------------------------------------------------------------------------------------


def _dkim(settings: Settings, names: Names) -> Check:
    domain = settings.newsletter.domain.lower()
    for relay in settings.relay:
        if relay.dkim != Dkim():
            return _own_key(relay.dkim, domain, names)
    providers = [provider for relay in settings.relay if (provider := of_relay(relay.host))]
    if providers:
        return _providers_key(providers[0], domain, names)
    return not_checked(
        "DNS: DKIM",
        "Whether your relay signs, and with which key, cannot be seen from here.",
        "Send `pscb-mail test` to an address elsewhere and look for dkim=pass in its Authentication-Results.",
    )


def _own_key(dkim: Dkim, domain: str, names: Names) -> Check:
    name = f"{dkim.selector}._domainkey.{dkim.domain}".lower()
    if not _aligned(dkim.domain.lower(), domain):
        return error(
            "DNS: DKIM",
            f"The copies are signed for {dkim.domain}, but come from {domain}: the signature does not count (DMARC).",
            "Set domain in dkim under [[relay]] to the domain of from.",
        )
    records = names.texts(name)
    if not records:
        return error("DNS: DKIM", f"There is no key at {name}, so that every signature fails.", _publish(dkim, domain))
    problem = _key_problem(records[0])
    if problem.startswith("weak"):
        return warning("DNS: DKIM", f"The key at {name} is {problem}.", "Make one of 2048 bits under a new selector.")
    if problem:
        return error("DNS: DKIM", f"The key at {name} {problem}.", _publish(dkim, domain))
    return ok("DNS: DKIM", f"{name} publishes a key.")


def _publish(dkim: Dkim, domain: str) -> str:
    return _HINT.format(domain=domain, what=f"publish the public half of {dkim.key_file or 'the key'} there.")


def _providers_key(provider: Provider, domain: str, names: Names) -> Check:
    for selector in provider.selectors:
        name = f"{selector}._domainkey.{domain}"
        records = names.texts(name)
        if records and not (problem := _key_problem(records[0])):
            return ok("DNS: DKIM", f"{name} publishes a key of {provider.title}.")
        if records:
            return warning("DNS: DKIM", f"The key at {name} {problem}.", _switch_on(provider, domain))
    tried = " or ".join(f"{selector}._domainkey" for selector in provider.selectors)
    return warning(
        "DNS: DKIM", f"{domain} has no key of {provider.title} at {tried}: it may not sign for you.",
        _switch_on(provider, domain),
    )  # fmt: skip


def _switch_on(provider: Provider, domain: str) -> str:
    return f"Ask your administrator of {provider.title} to turn on DKIM for {domain}."


def _key_problem(record: str) -> str:
    """Return what is wrong with a key record (RFC 6376 section 3.6.1), as the rest of a sentence."""
    tags = _tags(record)
    if tags.get("v", "DKIM1") != "DKIM1":
        return "is no DKIM key"
    if not tags.get("p"):
        return "has been withdrawn (p= is empty)"
    with suppress(binascii.Error):
        der = base64.b64decode(re.sub(r"\s", "", tags["p"]), validate=True)
        if tags.get("k", "rsa") == "ed25519":
            return "" if len(der) == 32 else "cannot be read"
        with suppress(ValueError, UnsupportedAlgorithm):
            return _rsa_problem(load_der_public_key(der))
    return "cannot be read"


def _rsa_problem(key: object) -> str:
    if not isinstance(key, RSAPublicKey):
        return "is of another kind than it says"
    if key.key_size < RSA_LEAST:
        return f"has only {key.key_size} bits: no receiver accepts it"
    return "" if key.key_size >= RSA_GOOD else f"weak by today's measure: {key.key_size} bits"


# -- DMARC ------------------------------------------------------------------------------------------------------


def _dmarc(domain: str, names: Names) -> Check:
    place, record = _dmarc_record(domain, names)
    if not record:
        return warning(
            "DNS: DMARC",
            f"{domain} has no DMARC record; large receivers expect one.",
            _HINT.format(
                domain=domain, what=f'publish "v=DMARC1; p=none; rua=mailto:postmaster@{domain}" at _dmarc.{domain}.'
            ),
        )
    tags = _tags(record)
    policy = tags.get("p", "").lower() if place == domain else (tags.get("sp") or tags.get("p", "")).lower()
    if policy not in {"none", "quarantine", "reject"}:
        return error(
            "DNS: DMARC",
            f'The DMARC record of {place} is broken: "{record}".',
            _HINT.format(domain=place, what="it needs p=none, p=quarantine or p=reject."),
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


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376 section 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def _aligned(signing: str, sending: str) -> bool:
    """Whether two domains are of one organisation (relaxed alignment), as far as it can be told without a list."""
    return signing == sending or signing.endswith(f".{sending}") or sending.endswith(f".{signing}")
