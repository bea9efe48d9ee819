"""Addresses in mails: where a text has one, and whether two may be one person's by domain and likeness. Pure."""

import re

ADDRESS = re.compile(r"[a-z0-9._%+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}", re.IGNORECASE)


def _same_domain(one: str, other: str) -> bool:
    """Whether two addresses have one domain."""
    left, right = one.rpartition("@")[2].casefold(), other.rpartition("@")[2].casefold()
    return bool(left) and left == right


def same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses look like one mailbox's: the same, or one another's aliases."""
    return one.casefold() == other.casefold() or is_alias(one, other)


def is_alias(sender: str, own: str) -> bool:
    """Whether `sender` looks like another address of the person at `own`: same domain, like name.

    Like names share their words (`jo.bloggs`, `bloggs.jo`), or an initial and the surname (`jbloggs`, `j.bloggs`), or
    differ by a tag (`jo+news`). Names of one or two letters are never alike.
    """
    if not _same_domain(sender, own):
        return False
    mine, theirs = _words_of(sender), _words_of(own)
    if not mine or max(map(len, mine | theirs)) < 3:
        return False
    return mine == theirs or _initial_and_surname(mine, theirs) or _initial_and_surname(theirs, mine)


def _initial_and_surname(short: frozenset[str], full: frozenset[str]) -> bool:
    """Whether `short` is `j.bloggs` or `jbloggs` where `full` is `jo.bloggs`."""
    if len(full) != 2:
        return False
    first, second = full
    forms = (frozenset({a[0] + b}) for a, b in ((first, second), (second, first)) if len(b) >= 3)
    spaced = (frozenset({a[0], b}) for a, b in ((first, second), (second, first)) if len(b) >= 3)
    run = (frozenset({a + b}) for a, b in ((first, second), (second, first)))
    return short in (*forms, *spaced, *run)


def _words_of(address: str) -> frozenset[str]:
    local = address.rpartition("@")[0].casefold().partition("+")[0]
    return frozenset(re.findall(r"[^\W\d_]+|\d+", local))
