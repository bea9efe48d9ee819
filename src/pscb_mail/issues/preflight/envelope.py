"""Rules for what the inbox shows, what every footer says and how much goes over the wire: subject, preheader, sizes.

Pure.
"""

import base64
from collections.abc import Iterator

from pscb_mail.issues.edition import Edition, Passage, splice
from pscb_mail.issues.preflight.copies import Copies
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot
from pscb_mail.issues.source import PREHEADER, SUBJECT_LONG

KB = 1024
# Gmail cuts a message off at about 102 KB of HTML; what is added on the way (a banner, rewritten links) needs room.
HTML_WARN = 90 * KB
HTML_LIMIT = 102 * KB
# Many servers of schools and councils take 10 MB; at 2 MB, 2,000 readers are 4 GB of mail.
MESSAGE_WARN = 2 * KB * KB
MESSAGE_LIMIT = 10 * KB * KB

_WRITTEN_OUT = bytes([ord("="), *range(127, 256)])

_SAMPLE = {
    "name": "Alexandra Montgomery", "first_name": "Alexandra", "organisation": "Westgate Primary School",
    "role": "Designated Safeguarding Lead", "address": "alexandra.montgomery@westgate.school.example",
    "reference": "00000-00000-00000-00000",
}  # fmt: skip


def long_subject(issue: Manuscript) -> Iterator[Spot]:
    """Find a subject that is cut off in the inbox."""
    length = len(issue.source.subject)
    if length > SUBJECT_LONG:
        line = issue.line_of("subject") or issue.line_of("title")
        yield line, f"The subject has {length} characters; after {SUBJECT_LONG} it is cut off, on phones far earlier."


def preheader(issue: Manuscript) -> Iterator[Spot]:
    """Find a preheader that is missing, too short to fill its place, or too long to be seen."""
    shortest, longest = PREHEADER
    length = len(issue.source.preheader)
    line = issue.line_of("preheader")
    if not length:
        yield (
            line or 1,
            "There is no preheader: the inbox shows the first words of the message beside the subject instead.",
        )
    elif not shortest <= length <= longest:
        yield line, f"The preheader has {length} characters; {shortest} to {longest} fill the place beside the subject."


def preheader_repeats(issue: Manuscript) -> Iterator[Spot]:
    """Find a preheader that says what the subject says already."""
    words = issue.source.preheader.casefold().strip(" .!")
    if words and words in {issue.source.subject.casefold().strip(" .!"), issue.source.title.casefold().strip(" .!")}:
        yield issue.line_of("preheader"), "The preheader only repeats the subject."


def unsaid_in_the_footer(issue: Manuscript) -> Iterator[Spot]:
    """Find what the settings leave out of every footer; the words for urgent worries stand in each answer too."""
    newsletter = issue.settings.newsletter
    if not newsletter.urgent:
        yield None, "The footer does not say what to do for a child who may be at risk: urgent is empty."
    if missing := [key for key in ("postal_address", "website") if not getattr(newsletter, key)]:
        verb = "are" if len(missing) > 1 else "is"
        yield None, f"The footer does not say who writes and from where: {' and '.join(missing)} {verb} empty."


def long_html(issue: Manuscript) -> Iterator[Spot]:
    """Find HTML that comes near the length at which Gmail cuts."""
    for copies in issue.copies:
        size = html_bytes(copies.edition)
        if HTML_WARN < size <= HTML_LIMIT:
            yield None, f"The HTML has {_kb(size)}{_of(copies)}; Gmail cuts a message off at {_kb(HTML_LIMIT)}."


def cut_html(issue: Manuscript) -> Iterator[Spot]:
    """Find HTML that Gmail cuts, and with it the unsubscribe link at its end."""
    for copies in issue.copies:
        size = html_bytes(copies.edition)
        if size > HTML_LIMIT:
            cut = f"Gmail cuts it off at {_kb(HTML_LIMIT)}, and the unsubscribe link with it."
            yield None, f"The HTML has {_kb(size)}{_of(copies)}; {cut}"


def heavy_message(issue: Manuscript) -> Iterator[Spot]:
    """Find a message that is a burden to send and to receive."""
    for copies in issue.copies:
        size = message_bytes(copies.edition)
        if MESSAGE_WARN < size <= MESSAGE_LIMIT:
            yield None, f"One copy{_of(copies)} has {size / KB / KB:.1f} MB with its pictures and attachments."


def refused_message(issue: Manuscript) -> Iterator[Spot]:
    """Find a message that many servers refuse for its size."""
    for copies in issue.copies:
        size = message_bytes(copies.edition)
        if size > MESSAGE_LIMIT:
            refused = f"many servers refuse more than {MESSAGE_LIMIT // KB // KB} MB."
            yield None, f"One copy{_of(copies)} has {size / KB / KB:.1f} MB; {refused}"


def _of(copies: Copies) -> str:
    """Return which copies are meant, where they differ from others by what they show."""
    return f" with what is only for {' and only for '.join(copies.passages)}" if copies.passages else ""


def html_bytes(edition: Edition) -> int:
    """Return how many bytes the HTML has, with one person's values in it."""
    return len(splice(edition.html, _SAMPLE).encode())


def message_bytes(edition: Edition) -> int:
    """Return about how many bytes a copy has: its texts as quoted-printable, its files as base64 (RFC 2045)."""
    files = sum(len(base64.encodebytes(file.content)) for file in (*edition.pictures, *edition.attachments))
    return _quoted_printable(edition.html) + _quoted_printable(edition.text) + files


def _quoted_printable(passage: Passage) -> int:
    raw = splice(passage, _SAMPLE).encode()
    plain = len(raw.translate(None, delete=_WRITTEN_OUT))
    return (plain + 3 * (len(raw) - plain)) * 77 // 75  # a soft line break every 75 characters


def _kb(size: int) -> str:
    return f"{size / KB:.0f} KB"
