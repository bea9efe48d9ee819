"""The rules of `check`, one a line of the table: its name, what finds it, why it matters, how to mend it.

A rule is ignored with a reason: `ignore: {rule: reason}` in the front matter, or `ignore` under `[check]` in the
settings. The guard's rules are ignored in the issue itself only, with a reason of `GUARD_WORDS` words or more, which
`check` goes on showing. `docs/issues.md` has this table; a test compares the two.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pscb_mail.issues.preflight import dates, enclosed, envelope, guard, links, markup, structure, wording
from pscb_mail.issues.preflight.guard import Bare
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot
from pscb_mail.issues.source import PREHEADER, SUBJECT_LONG

GUARD_WORDS = 3


class Severity(StrEnum):
    """What a remark does: an error stops a send."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """One rule. `find` yields the places, each with its line and a sentence; `guard`: it protects a person."""

    name: str
    severity: Severity
    find: Callable[[Manuscript], Iterable[Spot]]
    why: str
    mend: str
    guard: bool = False


_E, _W = Severity.ERROR, Severity.WARNING
_Look = Callable[[Bare], Iterable[Spot]]


def _everywhere(look: _Look) -> Callable[[Manuscript], Iterable[Spot]]:
    """Return a rule of the guard, which looks at the issue's file and into all that goes out with it."""
    return lambda issue: _found(issue, look)


def _found(issue: Manuscript, look: _Look) -> Iterator[Spot]:
    yield from look(issue.bare)
    for file in issue.files:
        # Lines of such a file are nowhere to be seen; and of a list of children one is enough to stop it.
        sentences = list(dict.fromkeys(sentence for _, sentence in look(file.bare)))
        yield from ((file.line, f"In {file.called}: {sentence}") for sentence in sentences[:3])
        if len(sentences) > 3:
            yield file.line, f"In {file.called}: {len(sentences) - 3:,} more of this kind."


def _homes(issue: Manuscript) -> Iterator[Spot]:
    return _found(issue, lambda text: guard.home_addresses(text, issue.settings.newsletter.postal_address))


RULES = (
    Rule("nhs-number", _E, _everywhere(guard.nhs_numbers),
         "An NHS number leads to one person's health record.",
         "Take it out.", guard=True),
    Rule("national-insurance-number", _E, _everywhere(guard.national_insurance_numbers),
         "A National Insurance number names one person for life.",
         "Take it out.", guard=True),
    Rule("date-of-birth", _E, _everywhere(guard.dates_of_birth),
         "With a name or a place, a day of birth is enough to know who is meant.",
         "Give the age in years, or nothing.", guard=True),
    Rule("case-reference", _E, _everywhere(guard.case_references),
         "A reference leads whoever has access to one family's record.",
         "Take it out.", guard=True),
    Rule("protective-marking", _E, _everywhere(guard.markings),
         "What is marked was written for few readers, and may have been pasted in by mistake.",
         "Ask its author for a version for everybody.", guard=True),
    Rule("home-address", _E, _homes,
         "Somebody's home must not be found through us.",
         "Take it out; put the name of a public place before its number: Town Hall, 12 …", guard=True),
    Rule("placeholder", _E, wording.leftovers,
         "It was meant to be replaced: lorem ipsum, TODO, XX, [insert name], a sentence of the skeleton.",
         "Replace it, or delete it."),
    Rule("local-link", _E, links.local_links,
         "An address of your own computer or network works for you alone.",
         "Use the public address of the page."),
    Rule("mail-link", _E, links.broken_mail_links,
         "A mailto: link that is not to one address does nothing when pressed, or something else in each program.",
         "Write mailto:name@organisation.example, one link for each address."),
    Rule("tracking-link", _E, links.trackers,
         "utm_ and its like tell others who came from this mail; we promise readers not to be tracked.",
         "Delete the parameters after the question mark."),
    Rule("short-link", _E, links.shorteners,
         "A shortener hides where a link leads, counts readers, and is blocked by many filters.",
         "Use the full address."),
    Rule("weekday", _E, dates.wrong_weekdays,
         "Some readers will come on the day of the week, others on the day of the month.",
         "Look it up in a calendar."),
    Rule("impossible-date", _E, dates.impossible_days,
         "The day is in no calendar.",
         "Look it up in a calendar."),
    Rule("html-cut", _E, envelope.cut_html,
         "Gmail cuts a message off at about 102 KB, and the unsubscribe link with it.",
         "Shorten the issue, or make two of it."),
    Rule("message-refused", _E, envelope.refused_message,
         "Many servers refuse a message over 10 MB, and all its readers there get nothing.",
         "Put the attachment on the website and link to it; make pictures smaller."),
    Rule("html-size", _W, envelope.long_html,
         "Over 90 KB little is left before Gmail cuts a message off.",
         "Shorten the issue."),
    Rule("message-size", _W, envelope.heavy_message,
         "Over 2 MB a copy, a mailing takes long, and fills mailboxes.",
         "Put the attachment on the website and link to it; make pictures smaller."),
    Rule("attachment-unread", _W, lambda i: enclosed.unread(i.files),
         "What is in it goes to everybody, and the guard has not seen it.",
         "Open it and read it through; or write it in a format that can be read."),
    Rule("attachment-place", _W, lambda i: enclosed.placed(i.files),
         "A photograph that goes as a file of its own keeps where it was taken: a home, perhaps.",
         "Put it into the text, which takes that out, or save it without its properties."),
    Rule("subject-length", _W, envelope.long_subject,
         "The inbox cuts a longer subject off.",
         f"Say in {SUBJECT_LONG} characters or less what is in it; the most important words first."),
    Rule("preheader", _W, envelope.preheader,
         "The inbox shows it beside the subject; without one it shows whatever comes first.",
         "Add preheader: with {} to {} characters that make people open the issue.".format(*PREHEADER)),
    Rule("preheader-repeats", _W, envelope.preheader_repeats,
         "Saying the subject again wastes the one line that makes people open a mail.",
         "Name two or three topics."),
    Rule("heading-order", _W, structure.headings_out_of_order,
         "Screen readers move from heading to heading, and a level that is skipped sounds like a missing part.",
         "Use ## for articles, ### for parts of one."),
    Rule("heading-twice", _W, structure.same_heading_twice,
         "In the table of contents nobody can tell the two apart.",
         "Name what is different."),
    Rule("picture-words", _W, structure.silly_alternative_text,
         "Whoever does not see the picture gets these words instead of it.",
         "Say in a sentence what it shows."),
    Rule("link-words", _W, links.doubtful_words,
         "Many readers hear or see the links alone, one after the other.",
         "Name the page: [Booking form (website)](…)."),
    Rule("link-twice", _W, links.one_text_two_places,
         "Two links with the same words should lead to the same place.",
         "Say what is different."),
    Rule("bare-address", _W, links.bare_addresses,
         "Some mail programs make a link of it, in others it cannot be pressed; its words do not say where it leads.",
         "Write [Booking form (website)](https://…)."),
    Rule("insecure-link", _W, links.insecure_links,
         "Over http:// anyone on the way can read and change the page; browsers warn of it.",
         "Write https:// and try it."),
    Rule("markup-left", _W, markup.left_over,
         "Readers would see the signs of Markdown or of a word processor, or paragraphs run together.",
         "Find the bracket that is missing; begin points with - and a space; leave empty lines between paragraphs."),
    Rule("quotation-marks", _W, markup.curly_quotes,
         "Straight ones are signs of the file's head; curly ones are shown, in the inbox too.",
         'Write them straight: "…".'),
    Rule("capitals", _W, wording.shouting,
         "Capitals are hard to read, some screen readers spell them out, and spam filters count them.",
         "Write it in small letters; use ** for emphasis."),
    Rule("acronym", _W, wording.unexplained_acronyms,
         "Readers come from many professions, and each has its own.",
         "Write it out once: Common Assessment Framework (CAF). What all know goes into acronyms under [check]."),
    Rule("telephone", _W, wording.telephone_numbers,
         "A number that is grouped oddly is misread; one with too many or too few digits is wrong.",
         "Write 01632 960123."),
    Rule("field-default", _W, wording.fields_without_default,
         "Dear Jo, becomes Dear , for a reader whose name is not known; the preview's sample person has one.",
         'Write {{ first_name | default("colleague") }}.'),
    Rule("unconfirmed", _W, wording.unconfirmed,
         "Readers will ask, all of them.",
         "Settle it, or say when it will be known."),
    Rule("past-event", _W, dates.past_events,
         "The event is over by the date of the issue.",
         "Delete the row, or mend its date or that of the issue."),
    Rule("stale-words", _W, dates.stale_words,
         "Many read the mail a week later, and find it on the website in a year.",
         "Name the date or the month."),
    Rule("only-nobody", _W, structure.passages_for_nobody,
         "A passage for a group that nobody is in reaches nobody; mostly the group is called otherwise.",
         "Look the group up with pscb-mail groups."),
    Rule("footer", _W, envelope.unsaid_in_the_footer,
         "Every copy should say what to do for a child who may be at risk, and who it is that writes.",
         "Set urgent, postal_address and website under [newsletter] in pscb-mail.toml."),
)  # fmt: skip

# Found by `checking` itself; they cannot be ignored, because nothing can be sent with them.
FIXED = (
    Rule("build", _E, lambda _: (),
         "Nothing can be built: an unknown key, block or field, a link to nowhere, a picture missing or without words.",
         "Mend that line as the remark says, and check again."),
    Rule("ignore", _E, lambda _: (),
         "A rule is set aside without a reason, or there is no rule of that name.",
         'Write ignore: {rule: "the reason"} with a name of this table.'),
)  # fmt: skip
