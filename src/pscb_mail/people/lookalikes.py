"""Look-alikes: newcomers who may be somebody else's slip of the pen, asked about and never held back.

Three things are asked: an address at a domain that is one slip away from one that many use (`nhs.nte`); a name that
somebody on the list bears at another domain; and two ways to write one mailbox (`jo+news@`, `jo.bloggs@`, `jobloggs@`).
Nothing is decided here: `nhs.nte` may be real one day, and two people may be called Jo Bloggs.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from pscb_mail.people.address import Person
from pscb_mail.people.joining import Entry
from pscb_mail.people.searching import one_slip
from pscb_mail.people.staging import Staged, staged

# So many of each kind are asked about; more would be read by nobody.
_ASKED = 100
# Known to everybody, whoever is on the list.
_COMMON = frozenset(
    {
        "nhs.net", "police.uk", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk",
        "live.co.uk", "yahoo.com", "yahoo.co.uk", "icloud.com", "btinternet.com",
    }
)  # fmt: skip
_SHORTEST = 6


@dataclass(frozen=True)
class Question:
    """Something to look at: the row, whom it names, whom or what that is like, and the question as a sentence."""

    line: int
    address: str
    like: str
    why: str


def questions(db: Database, file: Staged) -> tuple[Question, ...]:
    """Return what is to be asked about a file's newcomers, by row. To be called before they are on the list."""
    if not file.people:
        return ()
    db.register_function(mailbox, name="mailbox_of", deterministic=True, replace=True)
    asked = [*_near_domains(db), *_known_names(db), *_spellings(db)]
    first = {(each.line, each.like): each for each in reversed(asked)}
    return tuple(sorted(first.values(), key=lambda each: each.line))


def about(db: Database, persons: Iterable[Person]) -> tuple[Question, ...]:
    """Return what is to be asked about people named one by one; `line` counts them."""
    return questions(db, staged(db, ((line, Entry(person)) for line, person in enumerate(persons, start=1))))


def mailbox(key: str) -> str:
    """Return the mailbox that an address most likely leads to: without a tag and without dots before the @.

    >>> mailbox("jo.bloggs+news@school.example")
    'jobloggs@school.example'
    """
    local, at, domain = key.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}{at}{domain}"


def nearest(domain: str, known: Mapping[str, str]) -> str:
    """Return the domain that `domain` is one slip away from, `""` where there is none. `known` is made by `slips`.

    Two domains that differ in a number are two schools, not a slip.
    """
    for slip in _slips(domain):
        other = known.get(slip, "")
        if other and other != domain and _one_slip(domain, other):
            return other
    return ""


def slips(domains: Mapping[str, int]) -> dict[str, str]:
    """Return each way to lose one letter of each domain, and the domain; the one with most people wins."""
    found = dict[str, str]()
    for domain in sorted(domains, key=lambda each: domains[each]):
        found.update(dict.fromkeys(_slips(domain), domain))
    return found


def _slips(domain: str) -> Iterator[str]:
    yield domain
    for place in range(len(domain)):
        yield domain[:place] + domain[place + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """Whether a domain is one slip away from another, and no other school's."""
    if min(len(one), len(other)) < _SHORTEST or re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other):
        return False
    return one_slip(one, other)


# -- questions to the list ------------------------------------------------------------------------------------------

_NEW = "NOT EXISTS (SELECT 1 FROM subscriber n WHERE n.address_key = t.key)"
# The domains that only one or two newcomers have.
_RARE = f"""
    WITH new AS MATERIALIZED (
        SELECT substr(key, instr(key, '@') + 1) AS domain FROM staged t WHERE {_NEW}
        GROUP BY domain HAVING count(*) < 3)
    SELECT domain FROM new WHERE domain NOT IN (
        SELECT new.domain FROM subscriber s
            CROSS JOIN new ON new.domain = substr(s.address_key, instr(s.address_key, '@') + 1))
    ORDER BY domain
"""
# Those that more have, of some lengths.
_DOMAINS = f"""
    SELECT domain, sum(people) FROM (
        SELECT substr(address_key, instr(address_key, '@') + 1) AS domain, count(*) AS people FROM subscriber
        WHERE length(address_key) - instr(address_key, '@') IN (SELECT value FROM json_each(:lengths)) GROUP BY 1
        UNION ALL SELECT substr(key, instr(key, '@') + 1), count(*) FROM staged t
        WHERE length(key) - instr(key, '@') IN (SELECT value FROM json_each(:lengths)) AND {_NEW} GROUP BY 1)
    GROUP BY domain HAVING sum(people) > 2
"""


def _near_domains(db: Database) -> Iterator[Question]:
    rare = [domain for (domain,) in db.execute(_RARE) if domain not in _COMMON]
    lengths = {len(domain) + more for domain in rare for more in (-1, 0, 1)}
    common = dict(db.execute(_DOMAINS, {"lengths": json.dumps(list(lengths))}).fetchall()) if rare else {}
    wanted = {slip for domain in rare for slip in _slips(domain)}  # of thousands of domains, few share one
    like = {domain: people for domain, people in common.items() if not wanted.isdisjoint(_slips(domain))}
    known = slips(dict.fromkeys(_COMMON, 0) | like)
    near = ((domain, other) for domain in rare if (other := nearest(domain, known)))
    for domain, other in islice(near, _ASKED):
        for line, address in db.execute(_AT, {"domain": f"@{domain}"}).fetchall():
            yield Question(line, address, other, f'Is "{domain}" meant, or {other}?')


_AT = f"SELECT line, address FROM staged t WHERE substr(key, instr(key, '@')) = :domain AND {_NEW} LIMIT 2"


def _known_names(db: Database) -> Iterator[Question]:
    for line, address, name, other in db.execute(_NAMES, [_ASKED]).fetchall():
        yield Question(line, address, other, f"Is this {name} the one who is on the list as {other}?")


# The newcomers are few or the list is: going through the list once and looking each up among them is linear in both.
# (The + keeps it from going by the index of statuses, which leads to and fro.)
_NAMES = f"""
    WITH new AS MATERIALIZED (
        SELECT line, address, name, substr(key, instr(key, '@')) AS at FROM staged t
        WHERE t.status = 'active' AND instr(t.name, ' ') > 0 AND {_NEW})
    SELECT new.line, new.address, new.name, s.address
    FROM subscriber s CROSS JOIN new ON new.name = s.name COLLATE NOCASE
    WHERE +s.status IN ('active', 'bounced') AND substr(s.address_key, instr(s.address_key, '@')) <> new.at
      AND NOT EXISTS (SELECT 1 FROM staged both WHERE both.key = s.address_key)
    LIMIT ?
"""


def _spellings(db: Database) -> Iterator[Question]:
    for line, address, other in db.execute(_SPELT, [_ASKED]).fetchall() + db.execute(_TWICE, [_ASKED]).fetchall():
        yield Question(line, address, other, f"Is this the same mailbox as {other}?")


# `mailbox_of` takes longer than all the rest: it is asked about people at a newcomer's domain alone.
_SPELT = f"""
    WITH new AS MATERIALIZED (
        SELECT line, address, substr(key, instr(key, '@')) AS at, mailbox_of(key) AS mailbox FROM staged t WHERE {_NEW})
    SELECT new.line, new.address, s.address FROM subscriber s CROSS JOIN new ON new.mailbox = mailbox_of(s.address_key)
    WHERE substr(s.address_key, instr(s.address_key, '@')) IN (SELECT at FROM new) AND s.status <> 'removed' LIMIT ?
"""
_TWICE = f"""
    WITH new AS MATERIALIZED (SELECT line, address, mailbox_of(key) AS mailbox FROM staged t WHERE {_NEW}),
         first AS (SELECT mailbox, min(line) AS line FROM new GROUP BY mailbox HAVING count(*) > 1)
    SELECT new.line, new.address, f.address FROM first JOIN new ON new.mailbox = first.mailbox AND new.line > first.line
        JOIN staged f ON f.line = first.line
    LIMIT ?
"""
