"""Rules for words: capitals, acronyms, what was left to be filled in, telephone numbers.

Pure; every pattern is bounded.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from pscb_mail.issues.edition import group_key
from pscb_mail.issues.preflight.manuscript import Gap, Manuscript
from pscb_mail.issues.preflight.report import Spot
from pscb_mail.issues.skeleton import HINTS

# What every reader of a newsletter in British English knows, and what other rules find (TBC, XX). An organisation adds
# its own under [check] acronyms.
KNOWN = frozenset(
    {
        "AM", "PM", "BBC", "ITV", "UK", "USA", "US", "EU", "UN", "TV", "DVD", "CD", "PC", "IT", "ICT", "PDF", "URL",
        "HTML", "PO", "BOX", "GP", "GPS", "AGM", "HR", "MP", "MPS", "FAQ", "ID", "OK", "BST", "GMT", "ISBN", "ISSN",
        "PE", "QR", "SMS", "SOS", "UCAS", "VAT", "VIP", "WC", "ZIP", "USB", "WIFI", "COVID", "HIV", "AIDS", "DIY",
        "CEO", "CV", "NB", "RSVP", "PS", "SATNAV", "UNICEF", "NSPCC", "A&E", "Q&A", "B&B", "R&D", "TBC", "TBA",
        "TBD", "TODO", "FIXME", "XX", "XXX", "NI", "DOB", "NHS",
    }
)  # fmt: skip

_WORD = re.compile(r"[^\W\d_](?:[\w&'’]{0,60}\w)?")
_ROMAN = re.compile(r"[IVXLC]{1,6}")
_LONGEST_ACRONYM = 6
# The police call an operation by a word that stands for nothing.
_OPERATION = re.compile(r"(?<![\w-])Operation\s{1,3}([A-Z]{2,20})\b")

_LEFT = re.compile(
    r"\blorem ipsum\b|\b(?:TODO|FIXME|TBD)\b|\b[xX]{2,20}\b(?!-)|\?{3,20}"
    r"|[\[<](?:insert|name|date|time|place|link|title|your|add|text|address|telephone|number|tbc)\b[^\]>]{0,60}[\]>]"
    # Merge fields of Word and of other programs.
    r"|(?i:[{«<]{1,2}[ ]?(?:first|last|sur|full)?[ _]?name[ ]?[}»>]{1,2})",
)
_LEFT_IN_LINK = re.compile(r"\b(?:TODO|FIXME|TBC|TBD|XXX+|INSERT)\b", re.IGNORECASE)
_OPEN = re.compile(r"\bTB[CA]\b|\bto be (?:confirmed|announced|arranged|decided)\b", re.IGNORECASE)

_TELEPHONE = re.compile(r"(?<![\w./:+\-–])(?:\+\d{1,3}|\(0|0)[\d() .\-–]{5,24}\d(?![\w/:])")
# gov.uk/guidance/style-guide, "telephone numbers": groups with spaces, no brackets, no hyphens.
_NATIONAL = re.compile(
    r"0\d{4} \d{5,6}|0\d{4} \d{3} \d{3}|0\d{3} \d{3} \d{3,4}|0\d{3} \d{4,7}|02\d \d{4} \d{4}|0\d{5} \d{4,5}"
    r"|0\d{3} \d{2} \d{2}(?: \d{2,3})?"
)
# How a number is grouped by its first digits (Ofcom's National Telephone Numbering Plan).
_GROUPS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(02\d)(\d{4})(\d{4})",
        r"(01\d1|011\d|0[389]\d\d)(\d{3})(\d{3,4})", r"(0\d{3})(\d{4})", r"(0500)(\d{3})(\d{3})",
        r"(0\d{4})(\d{5,6})",
    )
)  # fmt: skip
# Every country has groups of its own.
_ABROAD = re.compile(r"\+\d{1,3}(?: \d{1,16})+")
_ISBN = re.compile(r"\bISBN(?:-1[03])?[ :]{0,2}$", re.IGNORECASE)


def shouting(issue: Manuscript) -> Iterator[Spot]:
    """Find words in capitals: some screen readers spell them out letter by letter."""
    known = _known(issue)
    for text in issue.wording():
        for run in _runs(text.text):
            if _shouted(run) and not known.issuperset(map(_singular, run)):
                yield text.line, f'"{" ".join(run)[:60]}" is all in capitals.'


def unexplained_acronyms(issue: Manuscript) -> Iterator[Spot]:
    """Find acronyms that no text of the issue explains, each once, where it first stands."""
    seen = set(_known(issue))
    for text in issue.wording():
        words = (word for run in _runs(text.text) if not _shouted(run) for word in run)
        for acronym in map(_singular, words):
            if acronym not in seen and not _ROMAN.fullmatch(acronym):
                seen.add(acronym)
                yield text.line, f'"{acronym}" is never explained: write it out once, with ({acronym}) after it.'


def leftovers(issue: Manuscript) -> Iterator[Spot]:
    """Find what was meant to be replaced: the skeleton's sentences, lorem ipsum, TODO, XX, [insert name]."""
    for number, line in enumerate(issue.source.text.split("\n"), start=1):
        yield from ((number, f'Write over the skeleton\'s "{_cut(hint)}".') for hint in HINTS if hint in line)
    for text in issue.wording():
        yield from ((text.line, f'"{found[0][:60]}" was left to be filled in.') for found in _LEFT.finditer(text.text))
    for link in issue.links:
        if found := _LEFT_IN_LINK.search(link.target):
            yield link.line, f'The link "{link.text[:60]}" has "{found[0]}" in its address.'


def unconfirmed(issue: Manuscript) -> Iterator[Spot]:
    """Find what is not settled yet."""
    for text in issue.wording():
        if found := _OPEN.search(text.text):
            yield text.line, f'"{found[0]}": readers will ask. Settle it, or say when it will be known.'


def fields_without_default(issue: Manuscript) -> Iterator[Spot]:
    """Find merge fields that leave a hole: "Dear ," to whoever has no name, and on the web page of the archive."""
    for gap in issue.gaps:
        yield gap.line, f"{{{{ {gap.field} }}}} has no words for whoever has none: {_lacking(gap, issue)}."


def _lacking(gap: Gap, issue: Manuscript) -> str:
    who = issue.readership
    without, readers = who.without(gap.field, frozenset(group_key(gap.groups))) if who else (0, 0)
    if not readers:
        return "they would see nothing there"
    if not without:
        return "every reader has one today, but the archive shows nobody's"
    return f"{without:,} of {readers:,} readers {'has' if without == 1 else 'have'} none, and would see nothing there"


def telephone_numbers(issue: Manuscript) -> Iterator[Spot]:
    """Find telephone numbers with too few or too many digits, or not grouped by spaces alone."""
    for text in issue.wording():
        for found in _TELEPHONE.finditer(text.text):
            number = found[0].rstrip(" .(-–")
            if not _ISBN.search(text.text[max(0, found.start() - 12) : found.start()]) and (
                problem := _telephone(number)
            ):
                yield text.line, f'"{number}" {problem}'


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"


def _telephone(number: str) -> str:
    """Return what is wrong with a number as written, or nothing; a day such as 01.02.2010 is no number."""
    if re.fullmatch(r"\d\d[.-]\d\d[.-]\d{2,4}", number):
        return ""
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") and not number.startswith("+44"):
        return "" if _ABROAD.fullmatch(number) else _odd("+" + re.sub(r"\D+", " ", number.replace("(0)", "")).strip())
    home = re.sub(r"^44(?:0)?", "0", digits) if number.startswith("+44") else digits
    if not re.fullmatch(r"0\d{9,10}|08001111|0845464\d|0[58]00\d{6}", home):
        return f"has {len(digits)} digits, which no telephone number of this country has."
    national = re.sub(r"^\+44 ", "0", number)
    if _NATIONAL.fullmatch(national):
        return ""
    grouped = next(" ".join(match.groups()) for pattern in _GROUPS if (match := pattern.fullmatch(home)))
    return _odd(f"+44 {grouped[1:]}" if number.startswith("+") else grouped)


def _odd(grouped: str) -> str:
    """Return what is wrong with a number that is not written as `grouped`, which may have no groups to tell."""
    if " " not in grouped:
        return "is grouped oddly: write spaces after the code of the country and that of the town."
    return f"is grouped oddly: write it as {grouped}, with spaces and nothing else."


def _shouted(run: list[str]) -> bool:
    """Whether a run is words rather than acronyms: a long one, or several together that are not all short."""
    longest = max(map(len, run))
    return longest > _LONGEST_ACRONYM or (len(run) > 1 and sum(map(len, run)) >= 8 and (len(run) > 2 or longest > 4))


def _known(issue: Manuscript) -> set[str]:
    """Return the acronyms that need no explanation, and those that the issue explains."""
    # The newsletter's own name stands in every copy.
    own = filter(_in_capitals, _WORD.findall(issue.settings.newsletter.name))
    known = {*KNOWN, *(_singular(word) for word in (*issue.settings.check.acronyms, *own))}
    for text in issue.wording():
        known.update(_OPERATION.findall(text.text))
        known.update(_singular(match[1]) for match in re.finditer(r"\(([A-Z][A-Za-z&]{1,11})\)", text.text))
        known.update(
            _singular(match[1]) for match in re.finditer(r"\b([A-Z][A-Z&]{1,7}s?) \([A-Za-z][^()]{5,100}\)", text.text)
        )
    return known


def _singular(word: str) -> str:
    return re.sub(r"['’]?s$", "", word).upper()


@lru_cache(maxsize=2000)  # two rules ask, and `preview --watch` at each save, when most texts are as they were
def _runs(text: str) -> tuple[list[str], ...]:
    """Return the runs of a text."""
    return tuple(_each_run(text))


def _each_run(text: str) -> Iterator[list[str]]:
    """Yield runs of neighbouring words in capitals; what is bound to a digit (DFE-RR040, PE1) is no word."""
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        if run and gap.strip(" :!&-–—"):
            yield run
            run = []
        end = match.end()
        if _in_capitals(match[0]) and not _bound(text, match.start(), end):
            run.append(match[0])
        elif run:
            yield run
            run = []
    if run:
        yield run


def _in_capitals(word: str) -> bool:
    if not word[0].isupper() or word[1:2].islower():  # nearly every word, told at a glance
        return False
    stem = re.sub(r"['’]?s$", "", word)
    return len(stem) > 1 and stem.isupper() and stem.replace("&", "").replace("'", "").isalpha()


def _bound(text: str, start: int, end: int) -> bool:
    """Whether a word is a part of a code, an address or a name of a file."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return bool(re.search(r"[\d@/\\_]$|\d[-.]$|[a-z0-9]\.$", before) or re.match(r"[\d@/\\_]|-\d|\.[\dA-Za-z]", after))
