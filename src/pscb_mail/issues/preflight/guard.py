"""The guard: what must never leave a safeguarding board in a newsletter.

Pure and linear in the length of the text: every repetition in a pattern is bounded. The guard reads the whole file as
the editor wrote it, front matter, alternative texts, links and file names included, laid bare first (`bare`):
emphasis taken off, %20 and &nbsp; resolved, full-width digits folded, so that no way of writing hides a number. It
errs towards asking: a wrong alarm costs the editor one written reason, a missed number costs a child's privacy. What
is inside attachments, and in the metadata of pictures, comes to it as text too (`enclosed`).
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from urllib.parse import unquote

from pscb_mail.issues.preflight.report import Spot

# Spaces, hyphens, dots and line breaks that people put into long numbers. NFKC has made one space of the many.
_SEP = r"[ .\-\u2010-\u2015+/\n]{0,2}"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
# Between two words: a line may end there, and the next be set in or quoted.
_GAP = r"[ \n>]{1,8}"
_DATE = (
    rf"(?:\d{{1,2}}[ ./\-]{{1,2}}\d{{1,2}}[ ./\-]{{1,2}}\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:{_GAP}of)?{_GAP}{MONTH}\.?,?{_GAP}\d{{2,4}}"
    rf"|{MONTH}{_GAP}\d{{1,2}}(?:st|nd|rd|th)?,?{_GAP}\d{{4}})"
)

_TEN_DIGITS = re.compile(rf"(?<!\d)(?:\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{4}}|[1-9]\d{{4}} \d{{5}})(?!\d)")
_TEN_DIGITS_NAMED = re.compile(
    rf"\bNHS[ \n]?(?:patient )?(?:number|num|no|id|#)\.?[ :#=\n]{{0,3}}(?:is )?((?:\d{_SEP}){{9}}\d)(?!\d)",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"\+\d{1,3}[ \-]?(?:\(0\))?[ ]?$")
_ISBN = re.compile(r"\bISBN(?:-10)?[ :]{0,2}$", re.IGNORECASE)

# gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110: D, F, I, Q, U and V are used in neither letter, O not
# in the second; BG, GB, KN, NK, NT, TN and ZZ never. QQ is the specimen; a real one may follow it.
_NATIONAL_INSURANCE = re.compile(
    rf"(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)(?:[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]|QQ){_SEP}"
    rf"\d\d{_SEP}\d\d{_SEP}\d\d{_SEP}[A-D](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NATIONAL_INSURANCE_NAMED = re.compile(
    rf"\b(?:NI|NINO|national insurance)[ \n]?(?:number|no)?\.?[ :#=\n]{{0,3}}(?:is )?"
    rf"[A-Z]{{2}}{_SEP}\d\d{_SEP}\d\d{_SEP}\d\d(?!\d)",
    re.IGNORECASE,
)

_BORN_NAMED = re.compile(
    rf"(?:\bDOB\b|\bD\. ?O\. ?B\b\.?|\bdate of birth\b|\bbirth ?date\b)[ :=,()|\-\u2013\n>]{{0,8}}(?:is |was )?{_DATE}",
    re.IGNORECASE,
)
_DATE_THEN_DOB = re.compile(rf"\b{_DATE}[ ,(\-]{{1,3}}(?:DOB|D\. ?O\. ?B|date of birth)\b", re.IGNORECASE)
_BORN = re.compile(
    rf"\b(?:born|(?P<b>b\.))[ :=(|\-\u2013\n>]{{1,8}}(?:(?:in|at|to){_GAP}[^.!?;|()\d]{{1,40}}?[ ,\n>]{{1,8}})?"
    rf"(?:on[ :\n>]{{1,8}})?(?:the{_GAP})?(?:[a-z]{{3,6}}day,?{_GAP})?{_DATE}(?!\d)",
    re.IGNORECASE,
)
# "b." may count a list too: it is a birth after a person, or in brackets.
_ABOUT_ONE_PERSON = re.compile(
    r"(?:\b[A-Z][\w'\u2019\-]{0,30}|\b(?:he|she|they|who|boy|girl|child|baby|son|daughter|mother|father|sister|brother)"
    r"|[,;(\[\"'\u2019\u201d])[ ,(\n]{0,3}$"
)
# "Children born on 1 September" is a rule about a cohort; "the children, born on …" are some that somebody knows.
_ABOUT_MANY = re.compile(
    r"\b(?:children|babies|infants|pupils|people|those|anyone|boys|girls|everyone|students|any child|every child"
    r"|each child|all)[ \n](?:who[ \n])?(?:(?:was|is|are|were)[ \n])?$",
    re.IGNORECASE,
)

_CASE = re.compile(
    r"\b(?:case|client|referral|crime|incident|child(?:['\u2019]s)?|file|mosaic|liquid ?logic|care ?first|framework-?i"
    r"|lcs|social care)"
    r"[ \n](?:file )?(?:ref(?:erence)?s?|no|nos|numbers?|id)\b\.?(?:[ \n](?:no|numbers?))?\.?[ :#=\n]{0,3}(?:is )?"
    r"([A-Z0-9][A-Z0-9/_.\-]{2,40})",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-/.\u2013]\d\d)?\.?")  # "case numbers 2007-09" is a statistic
_CASE_TERSE = re.compile(
    r"\b(?:mosaic|liquidlogic|carefirst|LCS|CRN|UPN|URN)[ :#]{1,2}([A-Z]{0,3}[0-9][A-Z0-9/\-]{4,40})"
)

_OFFICIAL = re.compile(r"\bOFFICIAL[ :_\-\u2010-\u2015\n]{0,3}SENSITIVE\b", re.IGNORECASE)
_OFFICIAL_IN_PROSE = re.compile(r"official[ \n]sensitive")
# Markings from before 2014 on a line of their own, as they stand at the head of a page.
_MARKING = re.compile(
    r"^[ #>]{0,8}(?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED|PROTECT)"
    r"(?:[ ]?[:\u2010-\u2015\-][ ]?[A-Z ]{1,40})?[ .]{0,3}$",
    re.MULTILINE,
)

_STREET = (
    r"(?:street|st|road|rd|lane|ln|avenue|ave|close|cl|drive|dr|crescent|cres|gardens|gdns|terrace|grove|way|court|ct"
    r"|place|pl|square|sq|walk|row|mews|rise|hill|green|park|parade|view|gate|yard|end|croft|field|fields|meadows?)"
)
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ \n]?\d[A-Z]{2}"
_HOME = re.compile(
    r"(?<![\w/.\-])(?P<house>(?:flat \d{1,4}[a-z]?,? )?\d{1,4}[a-z]?,? "
    rf"(?:[A-Z][\w'\u2019.\-]{{0,30}} ){{1,4}}{_STREET}\b)"
    rf"[^|]{{0,120}}?\b{_POSTCODE}\b",
    re.IGNORECASE,
)
# Courses and offices have a house number and a street too; without a postcode it takes a word for who lives there.
_HOUSE = (
    r"(?P<house>(?:(?i:flat) \d{1,4}[a-z]?,? )?\d{1,4}[a-z]?,? "
    rf"(?:[A-Z][\w'\u2019.\-]{{0,30}} ){{1,4}}(?i:{_STREET})\b)"
)
_SOMEBODY = (
    r"(?<!whole )(?<!every )(?<!each )(?<!any )\b(?i:family|household|couple|child|baby|toddler|boy|girl|teenager|pupil"
    r"|young person|mother|father|mum|dad|parent|carer|grandmother|grandfather|aunt|uncle|brother|sister|victim|suspect"
    r"|woman|man|residents?|tenants?|occupiers?|neighbours?)"
)
_LIVES_THERE = (
    re.compile(rf"{_SOMEBODY}[ \n](?i:of|at|from|in)[ \n]{_HOUSE}"),
    re.compile(rf"\b(?i:children|families|parents|siblings|brothers|sisters)[ \n](?i:of|from)[ \n]{_HOUSE}"),
    re.compile(
        r"\b(?i:live[sd]?|living|resid(?:es?|ed|ing)|stay(?:s|ed|ing)"
        r"|(?:he|she|they|family|child|mother|father) moved)\b"
        rf"[^.!?;|]{{0,40}}?\b(?i:at|in|to)[ \n]{_HOUSE}"
    ),
    re.compile(rf"\b(?i:home address(?:es)?(?:[ \n](?:is|was))?)[ :\n]{{1,3}}{_HOUSE}"),
    re.compile(
        rf"(?<![\w/.\-]){_HOUSE}[^.!?;|]{{0,40}}?\b"
        r"(?i:where[ \n][^.!?;|]{0,40}?\b(?:live[sd]?|living)\b|(?:the[ \n])?(?:family[ \n])?home[ \n]of\b)"
    ),
)
# A public place says so right before its number: "Town Hall, 12 Bridge Street".
_PUBLIC_PLACE = re.compile(
    r"\b(?:town hall|hall|library|school|college|academy|hospital|hotel|council|(?:conference|civic|community|health"
    r"|training|children['\u2019]s|leisure|business|arts|sports|medical) centre|police station|fire station|church"
    r"|university|surgery|museum|theatre|offices?|board)[ ,|\n]{1,3}$",
    re.IGNORECASE,
)


_EMPHASIS = "*_`\\~"
_TO_BARE = str.maketrans("\t\v\f\x1c\x1d\x1e\x1f", " " * 7, _EMPHASIS)


def bare(text: str) -> str:
    """Return text as a reader, or a search of the mail, would see it; the number of lines stays the same."""
    return "\n".join(_bare_line(line) for line in text.split("\n"))


@lru_cache(maxsize=2000)  # `preview --watch` asks at each save, when most lines are as they were
def _bare_line(line: str) -> str:
    if line.isascii() and "&" not in line and "%" not in line:
        return line.translate(_TO_BARE)
    # Twice, because a link copied out of a link is encoded twice; what is encoded more often is not text any more.
    decoded = unicodedata.normalize("NFKC", unquote(unquote(html.unescape(line))))
    shown = (c for c in decoded if c not in _EMPHASIS and unicodedata.category(c) not in {"Cf", "Mn"})
    return "".join(" " if c.isspace() else c for c in shown)


class Bare:
    """A text laid bare, that knows on which line of the file each place in it stands."""

    def __init__(self, text: str) -> None:
        self.text = bare(text)
        self._starts = [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]

    def line(self, position: int) -> int:
        """Return the line, counted from 1."""
        return bisect_right(self._starts, position)

    def before(self, position: int, length: int = 40) -> str:
        """Return what stands right before a place."""
        return self.text[max(0, position - length) : position]


def nhs_numbers(file: Bare) -> Iterator[Spot]:
    """Find NHS numbers: ten digits whose check digit is right, or any ten digits that are called one."""
    named = {match.start(1): match[1] for match in _TEN_DIGITS_NAMED.finditer(file.text)}
    for position in named:
        yield file.line(position), "An NHS number stands here."
    for match in _TEN_DIGITS.finditer(file.text):
        digits = re.sub(r"\D", "", match[0])
        before = file.before(match.start())
        if (
            match.start() not in named
            and is_nhs_number(digits)
            and not (_ISBN.search(before) or _INTERNATIONAL.search(before))
        ):
            yield file.line(match.start()), f"{_masked(digits)} has the form and the check digit of an NHS number."


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry a valid NHS check digit (modulus 11; datadictionary.nhs.uk, "NHS NUMBER").

    >>> is_nhs_number("9434765919")
    True
    """
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - total % 11) % 11
    return len(digits) == 10 and len(set(digits)) > 1 and check == int(digits[9])


def national_insurance_numbers(file: Bare) -> Iterator[Spot]:
    """Find National Insurance numbers, in any grouping; without the last letter where they are called so."""
    found = {
        match.start() if pattern is _NATIONAL_INSURANCE else match.end(): match
        for pattern in (_NATIONAL_INSURANCE, _NATIONAL_INSURANCE_NAMED)
        for match in pattern.finditer(file.text)
    }
    lines = {file.line(match.start()) for match in found.values()}
    yield from ((line, "A National Insurance number stands here.") for line in sorted(lines))


def dates_of_birth(file: Bare) -> Iterator[Spot]:
    """Find a day of birth: one called so, or "born" and a day, unless it is many whose day it is."""
    lines = {file.line(m.start()) for pattern in (_BORN_NAMED, _DATE_THEN_DOB) for m in pattern.finditer(file.text)}
    for match in _BORN.finditer(file.text):
        before = file.before(match.start())
        if not _ABOUT_MANY.search(before) and (not match["b"] or _ABOUT_ONE_PERSON.search(before)):
            lines.add(file.line(match.start()))
    yield from ((line, "Somebody's date of birth stands here.") for line in sorted(lines))


def case_references(file: Bare) -> Iterator[Spot]:
    """Find the reference of a case, a client, a crime or a record: its name and a word with a digit in it."""
    for pattern in (_CASE, _CASE_TERSE):
        for match in pattern.finditer(file.text):
            if any(c.isdigit() for c in match[1]) and not _YEARS.fullmatch(match[1]):
                yield file.line(match.start()), "The reference of a case stands here: it leads to one family's record."


def markings(file: Bare) -> Iterator[Spot]:
    """Find a protective marking: the passage it stands on was not written for a newsletter."""
    for match in _OFFICIAL.finditer(file.text):
        if not _OFFICIAL_IN_PROSE.fullmatch(match[0]):
            yield (
                file.line(match.start()),
                f'"{" ".join(match[0].split())}": what is so marked may not be sent to a list.',
            )
    for match in _MARKING.finditer(file.text):
        yield file.line(match.start()), f'"{match[0].strip(" #>.")}" looks like a protective marking.'


def home_addresses(file: Bare, known: str = "") -> Iterator[Spot]:
    """Find a house number and a street, with a postcode or with who lives there; our own address (`known`) is none."""
    ours = _squeezed(known)
    found: dict[int, str] = {}
    for pattern, what in ((_HOME, "a postcode"), *((pattern, "who lives there") for pattern in _LIVES_THERE)):
        for match in pattern.finditer(file.text):
            position = match.start("house")
            if not _PUBLIC_PLACE.search(file.before(position)) and _squeezed(match[0]) not in ours:
                sentence = f"A house number, a street and {what}: this looks like somebody's home."
                found.setdefault(file.line(position), sentence)
    yield from sorted(found.items())


def _masked(digits: str) -> str:
    """Return enough of a number to find it by; a check's output is pasted into mails too."""
    return f"{digits[:3]} … {digits[-2:]}"


def _squeezed(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
