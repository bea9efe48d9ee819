"""The From domain's DNS: what is in order, what is broken, and what nobody could ask."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from nameserver import NameServer, NoNames

from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.dns import check_dns
from pscb_mail.desk.doctor.names import Names
from pscb_mail.settings import Dkim, Newsletter, Relay, Settings

MICROSOFT = Relay(host="smtp.office365.com", port=587, auth="microsoft")
OWN = Relay(host="relay.council.example", port=465, security="tls")
HERE = Relay(host="127.0.0.1", security="none")
KEYED = Relay(
    host="relay.council.example",
    dkim=Dkim(domain="council.example", selector="s1", key_file="dkim.pem"),
    security="tls",
)


def published(bits: int) -> str:
    """A DKIM record in strings of at most 255 octets, as zone files need it."""
    key = rsa.generate_private_key(65537, bits).public_key()
    return _record("rsa", key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _record(kind: str, der: bytes) -> str:
    text = f"v=DKIM1; k={kind}; p={base64.b64encode(der).decode()}"
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


GOOD_KEY, WEAK_KEY = published(2048), published(1024)
ELLIPTIC = _record(
    "rsa",
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
)

# 512 bits, as nobody should have them any more: made once, for no library makes one today.
TINY_KEY = _record(
    "rsa",
    RSAPublicNumbers(65537, int("c7" * 63 + "c9", 16)).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    ),
)  # fmt: skip

# A council at Microsoft 365 with everything as it should be.
GOOD = f"""
council.example MX 0 council-example.mail.protection.outlook.com.
council.example TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com TXT "v=spf1 ip4:192.0.2.0/24 -all"
selector1._domainkey.council.example CNAME selector1-council-example._domainkey.council.onmicrosoft.example.
selector1-council-example._domainkey.council.onmicrosoft.example TXT {GOOD_KEY}
_dmarc.council.example TXT "v=DMARC1; p=reject; rua=mailto:dmarc@council.example"
"""


def checks_of(
    lines: str, relay: Relay = MICROSOFT, *, sender: str = "news@council.example", **broken: object
) -> dict[str, Check]:
    settings = Settings(
        newsletter=Newsletter.model_validate({"name": "News", "from": sender}),
        relay=(relay,),
        pace={"profile": "microsoft365-cis"},
    )
    with NameServer(lines, **broken) as server:
        return {check.check: check for check in check_dns(settings, server.names(lifetime=0.3))}


def without(name: str, kind: str = "") -> str:
    return "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{name} {kind}" if kind else name))


def test_a_domain_in_order_is_told_so() -> None:
    """Four checks, all good, each saying what it saw."""
    checks = checks_of(GOOD)
    assert {check.result for check in checks.values()} == {Result.OK}
    assert "council-example.mail.protection.outlook.com" in checks["DNS: MX"].detail
    assert "Microsoft 365" in checks["DNS: SPF"].detail
    assert "selector1._domainkey.council.example" in checks["DNS: DKIM"].detail
    assert "reject" in checks["DNS: DMARC"].detail


@pytest.mark.parametrize(
    ("lines", "relay", "check", "result", "told"),
    [
        (without("council.example", "MX"), MICROSOFT, "DNS: MX", Result.ERROR, "has no mail server"),
        (without("council.example", "MX") + "\ncouncil.example A 192.0.2.1", MICROSOFT, "DNS: MX", Result.WARNING,
         "no MX record"),
        (without("council.example", "MX") + "\ncouncil.example MX 0 .", MICROSOFT, "DNS: MX", Result.ERROR,
         "takes no mail at all"),
        (without("council.example", "TXT"), MICROSOFT, "DNS: SPF", Result.ERROR, "has no SPF record"),
        (GOOD.replace("include:spf.protection.outlook.com", "ip4:198.51.100.1"), MICROSOFT, "DNS: SPF", Result.ERROR,
         "does not vouch for Microsoft 365"),
        (GOOD.replace("include:spf.protection", "inclde:spf.protection"), MICROSOFT, "DNS: SPF", Result.ERROR,
         '"inclde:spf.protection.outlook.com"'),
        (GOOD.replace("outlook.com -all", "outlook.com +all"), MICROSOFT, "DNS: SPF", Result.WARNING, "whole world"),
        (GOOD, OWN, "DNS: SPF", Result.WARNING, "does not name relay.council.example"),
        (GOOD.replace("-all", "a:relay.council.example -all") + "\nrelay.council.example A 198.51.100.7", OWN,
         "DNS: SPF", Result.OK, "198.51.100.7"),
        (GOOD, HERE, "DNS: SPF", Result.NOT_CHECKED, "cannot be seen from here"),
        (without("selector1"), MICROSOFT, "DNS: DKIM", Result.WARNING, "may not sign"),
        (GOOD, OWN, "DNS: DKIM", Result.NOT_CHECKED, "cannot be seen from here"),
        (GOOD, KEYED, "DNS: DKIM", Result.ERROR, "no key at s1._domainkey.council.example"),
        (f"{GOOD}\ns1._domainkey.council.example TXT {GOOD_KEY}", KEYED, "DNS: DKIM", Result.OK, "publishes a key"),
        (f"{GOOD}\ns1._domainkey.council.example TXT {WEAK_KEY}", KEYED, "DNS: DKIM", Result.WARNING, "1024 bits"),
        (f"{GOOD}\ns1._domainkey.council.example TXT {TINY_KEY}", KEYED, "DNS: DKIM", Result.ERROR, "only 512 bits"),
        (f'{GOOD}\ns1._domainkey.council.example TXT "v=DKIM1; p="', KEYED, "DNS: DKIM", Result.ERROR, "withdrawn"),
        (f'{GOOD}\ns1._domainkey.council.example TXT "v=DKIM1; p=AAAA"', KEYED, "DNS: DKIM", Result.ERROR,
         "cannot be read"),
        (f"{GOOD}\ns1._domainkey.council.example TXT {ELLIPTIC}", KEYED, "DNS: DKIM", Result.ERROR, "another kind"),
        (without("_dmarc"), MICROSOFT, "DNS: DMARC", Result.WARNING, "has no DMARC record"),
        (GOOD.replace("p=reject", "p=rejekt"), MICROSOFT, "DNS: DMARC", Result.ERROR, "broken"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_what_to_do(lines: str, relay: Relay, check: str, result: Result, told: str) -> None:
    """One row a fault; the other checks are not touched by it."""
    found = checks_of(lines, relay)[check]
    assert (found.result, told in found.detail) == (result, True), found
    assert bool(found.hint) is (result is not Result.OK)


def test_a_signature_for_another_domain_does_not_count() -> None:
    """DMARC asks for the domain in From; the DNS is not even asked for the key."""
    relay = Relay(host="relay.council.example", dkim=Dkim(domain="provider.example", selector="s1", key_file="k"))
    assert "does not count" in checks_of(GOOD, relay)["DNS: DKIM"].detail


def test_a_subdomain_is_under_its_organisations_policy() -> None:
    """The nearest record upwards, and its sp where it has one."""
    lines = GOOD + '\nnews.council.example MX 0 mx.council.example.\nnews.council.example TXT "v=spf1 -all"'
    inherited = checks_of(lines, sender="a@news.council.example")["DNS: DMARC"]
    assert "policy is reject (of council.example)" in inherited.detail
    own = checks_of(lines.replace("p=reject;", "p=reject; sp=none;"), sender="a@news.council.example")["DNS: DMARC"]
    assert "policy is none" in own.detail


def test_without_a_network_nothing_is_called_good_or_bad() -> None:
    """A resolver that knows no root, and none at all."""
    for names in (None, NoNames()):
        settings = Settings(newsletter=Newsletter.model_validate({"name": "N", "from": "a@council.example"}))
        assert {check.result for check in check_dns(settings, Names(names))} == {Result.NOT_CHECKED}
    assert {check.result for check in checks_of(GOOD, connected=False).values()} == {Result.NOT_CHECKED}


def test_silence_is_waited_for_once() -> None:
    """Four checks, and as many subjects, must not each wait for a name server that is away."""
    with NameServer(GOOD, connected=False, silent=frozenset({"."})) as server:
        names = server.names(lifetime=0.2)
        settings = Settings(newsletter=Newsletter.model_validate({"name": "N", "from": "a@council.example"}))
        assert {check.result for check in check_dns(settings, names)} == {Result.NOT_CHECKED}
        assert not names.connected
    assert [name for name, _ in server.asked] == ["."]


def test_one_silent_name_leaves_the_other_checks() -> None:
    """A look-up that fails is `not checked` for its own check, never a missing record."""
    checks = checks_of(
        GOOD, silent=frozenset({"spf.protection.outlook.com"}), failing=frozenset({"_dmarc.council.example"})
    )
    results = {name: check.result for name, check in checks.items()}
    assert results == {
        "DNS: MX": Result.OK, "DNS: SPF": Result.NOT_CHECKED, "DNS: DKIM": Result.OK, "DNS: DMARC": Result.NOT_CHECKED,
    }  # fmt: skip


def test_a_name_for_examples_is_not_called_broken() -> None:
    """A workspace that is being tried out has no DNS to be mended."""
    checks = checks_of("elsewhere.example A 192.0.2.1", sender="a@pscb.example")
    assert {check.result for check in checks.values()} == {Result.NOT_CHECKED}
    assert "nobody can own" in checks["DNS: MX"].detail
