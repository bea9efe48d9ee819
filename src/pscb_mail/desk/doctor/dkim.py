"""DKIM (RFC 6376): the keys that should be published, and the signature of a mail that came back.

Pure but for `Names`, which is an argument. Raises `UnansweredError` where the DNS does not answer.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pscb_mail.desk.doctor.check import ASK_DNS, Check, error, not_checked, ok, warning
from pscb_mail.desk.doctor.names import Names
from pscb_mail.foreign import one_line
from pscb_mail.providers import Provider, of_relay
from pscb_mail.settings import Dkim, Settings

# RFC 8301 section 3.2: verifiers must not accept less than 1024 bits; signers should use 2048.
RSA_LEAST, RSA_GOOD = 1024, 2048


def check_keys(settings: Settings, names: Names) -> Check:
    """Return whether the key is published that the copies are signed with: our own, or the provider's."""
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
        "`pscb-mail doctor --loop` sends one mail to your own mailbox, and looks at its signature.",
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
    problem = key_problem(records[0])
    if problem.startswith("weak"):
        return warning("DNS: DKIM", f"The key at {name} is {problem}.", "Make one of 2048 bits under a new selector.")
    if problem:
        return error("DNS: DKIM", f"The key at {name} {problem}.", _publish(dkim, domain))
    return ok("DNS: DKIM", f"{name} publishes a key.")


def _publish(dkim: Dkim, domain: str) -> str:
    return ASK_DNS.format(domain=domain, what=f"publish the public half of {dkim.key_file or 'the key'} there.")


def _providers_key(provider: Provider, domain: str, names: Names) -> Check:
    for selector in provider.selectors:
        name = f"{selector}._domainkey.{domain}"
        records = names.texts(name)
        if records and not (problem := key_problem(records[0])):
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


def key_problem(record: str) -> str:
    """Return what is wrong with a key record (RFC 6376 section 3.6.1), as the rest of a sentence."""
    tags = tags_of(record)
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


def signed_with(name: str, signatures: Sequence[str], domain: str, names: Names) -> Check:
    """Return whether a mail has a signature for our domain whose key is published (RFC 6376 section 3.5)."""
    signed = [(tags.get("s", ""), tags.get("d", "").lower()) for tags in map(tags_of, signatures)]
    ours = [(selector, signer) for selector, signer in signed if selector and _aligned(signer, domain)]
    if not ours:
        others = ", ".join(signer for _, signer in signed if signer)
        return warning(
            name,
            f"It is signed for {one_line(others, 100)}, which does not count for {domain} (DMARC)."
            if others
            else f"It carries no signature for {domain}.",
            f"Ask whoever runs your relay to sign for {domain}, with a key published under that domain.",
        )
    selector, signer = (one_line(part, 100) for part in ours[0])
    place = f"{selector}._domainkey.{signer}"
    records = names.texts(place)
    if not records:
        told = ASK_DNS.format(domain=domain, what="publish the key there, or ask your relay's people which it is.")
        return error(name, f"It is signed with the selector {selector}, but there is no key at {place}.", told)
    if problem := key_problem(records[0]):
        verb = "" if problem.startswith(("is", "has", "cannot")) else "is "
        return warning(name, f"The key at {place} {verb}{problem}.", "Ask whoever runs your relay for a new key.")
    return ok(name, f"It is signed for {signer} with the selector {selector}, and {place} publishes a key.")


def tags_of(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376 section 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def _aligned(signing: str, sending: str) -> bool:
    """Whether two domains are of one organisation (relaxed alignment), as far as it can be told without a list."""
    return signing == sending or signing.endswith(f".{sending}") or sending.endswith(f".{signing}")
