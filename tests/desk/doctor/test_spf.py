"""SPF as receivers evaluate it: what passes, what fails, and which records nobody can follow."""

import pytest
from nameserver import NameServer

from pscb_mail.desk.doctor import spf
from pscb_mail.desk.doctor.names import UnansweredError

SENDER = "newsletter@council.example"
HOSTS = """
mail.council.example A 198.51.100.7
mail.council.example AAAA 2001:db8::7
council.example A 198.51.100.1
council.example MX 10 mail.council.example.
provider.example TXT "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:1::/48 -all"
198.51.100.9.allowed.example A 127.0.0.2
newsletter.users.example A 127.0.0.2
"""


def result_of(record: str, address: str, more: str = "") -> str:
    with NameServer(f'{HOSTS}\ncouncil.example TXT "{record}"\n{more}') as server:
        return spf.evaluate(server.names(), SENDER, address).result


@pytest.mark.parametrize(
    ("record", "address", "result"),
    [
        ("v=spf1 -all", "198.51.100.7", "fail"),
        ("v=spf1 ~all", "198.51.100.7", "softfail"),
        ("v=spf1 ?all", "198.51.100.7", "neutral"),
        ("v=spf1", "198.51.100.7", "neutral"),
        ("V=SPF1 +ALL", "198.51.100.7", "pass"),
        ("v=spf1 ip4:198.51.100.7 -all", "198.51.100.7", "pass"),
        ("v=spf1 ip4:198.51.100.0/29 -all", "198.51.100.7", "pass"),
        ("v=spf1 ip4:198.51.100.0/30 -all", "198.51.100.7", "fail"),
        ("v=spf1 -ip4:198.51.100.7 +all", "198.51.100.7", "fail"),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "198.51.100.7", "fail"),
        ("v=spf1 a -all", "198.51.100.1", "pass"),
        ("v=spf1 a/24 -all", "198.51.100.200", "pass"),
        ("v=spf1 a:mail.council.example -all", "2001:db8::7", "pass"),
        ("v=spf1 a:mail.council.example/24//64 -all", "2001:db8::99", "pass"),
        ("v=spf1 a:mail.council.example//64 -all", "2001:db8::99", "pass"),
        ("v=spf1 mx -all", "198.51.100.7", "pass"),
        ("v=spf1 mx -all", "198.51.100.1", "fail"),
        ("v=spf1 include:provider.example -all", "203.0.113.4", "pass"),
        ("v=spf1 include:provider.example -all", "198.51.100.7", "fail"),
        ("v=spf1 redirect=provider.example", "203.0.113.4", "pass"),
        ("v=spf1 redirect=provider.example", "198.51.100.7", "fail"),
        ("v=spf1 exists:%{i}.allowed.example -all", "198.51.100.9", "pass"),
        ("v=spf1 exists:%{i}.allowed.example -all", "198.51.100.8", "fail"),
        ("v=spf1 exists:%{l}.users.example -all", "198.51.100.8", "pass"),
        ("v=spf1 a:mail.%{d2} -all", "198.51.100.7", "pass"),
        ("v=spf1 ptr -all", "198.51.100.7", "fail"),
        ("v=spf1 unknown=modifier ip4:198.51.100.7 -all", "198.51.100.7", "pass"),
    ],
)
def test_an_address_gets_the_result_that_a_receiver_gives_it(record: str, address: str, result: str) -> None:
    """RFC 7208, one row a mechanism, a qualifier, a length."""
    assert result_of(record, address) == result


@pytest.mark.parametrize(
    ("record", "more", "told"),
    [
        ("v=spf1 ipv4:198.51.100.7 -all", "", '"ipv4:198.51.100.7"'),
        ("v=spf1 ip4:198.51.100 -all", "", "is not an address"),
        ("v=spf1 include:nobody.example -all", "", "has no SPF record"),
        ("v=spf1 redirect=nobody.example", "", "has no SPF record"),
        ("v=spf1 include:council.example -all", "", "more than 10 look-ups"),
        ("v=spf1 " + " ".join(f"a:h{n}.council.example" for n in range(11)) + " -all",
         "\n".join(f"h{n}.council.example A 192.0.2.{n}" for n in range(11)), "more than 10 look-ups"),
        ("v=spf1 a:n1.example a:n2.example a:n3.example -all", "", "more than 2 of the names"),
        ("v=spf1 -all", 'council.example TXT "v=spf1 +all"', "has 2 SPF records"),
        ("v=spf1 include: -all", "", "without its domain"),
    ],
)  # fmt: skip
def test_a_record_that_nobody_can_follow_is_told_with_the_term(record: str, more: str, told: str) -> None:
    """Receivers say permerror, and the mail has nobody who vouches for it."""
    with pytest.raises(spf.SpfError, match=told):
        result_of(record, "198.51.100.7", more)


def test_ten_look_ups_are_still_good() -> None:
    """The limit is ten, not nine."""
    names = "\n".join(f"h{n}.council.example A 192.0.2.{n}" for n in range(10))
    record = "v=spf1 " + " ".join(f"a:h{n}.council.example" for n in range(10)) + " -all"
    with NameServer(f'council.example TXT "{record}"\n{names}') as server:
        assert spf.evaluate(server.names(), SENDER, "192.0.2.9").lookups == 10


def test_walked_without_an_address_the_whole_record_is_counted() -> None:
    """A record that is good for today's relay and broken at its end is found out."""
    record = "v=spf1 ip4:198.51.100.7 include:provider.example include:deep.example -all"
    deep = 'deep.example TXT "v=spf1 include:provider.example -all"'
    with NameServer(f'{HOSTS}\ncouncil.example TXT "{record}"\n{deep}') as server:
        walked = spf.evaluate(server.names(), SENDER)
    assert (walked.lookups, walked.domains) == (3, ("council.example", "provider.example", "deep.example"))


def test_silence_is_not_a_missing_record() -> None:
    """A name server that does not answer proves nothing."""
    with (
        NameServer(
            'council.example TXT "v=spf1 include:slow.example -all"', silent=frozenset({"slow.example"})
        ) as server,
        pytest.raises(UnansweredError, match="for slow"),
    ):
        spf.evaluate(server.names(lifetime=0.2), SENDER)


def test_a_domain_without_a_record_has_none() -> None:
    """Other TXT records do not count, not even nearly right ones."""
    with NameServer('council.example TXT "v=spf10 -all"\ncouncil.example TXT "site-verification=1"') as server:
        assert spf.evaluate(server.names(), SENDER).result == "none"
