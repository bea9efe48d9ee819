"""What the answers say. Pure: kind, short, plain; every one tells what was done, the way back, and whom to ring.

Whatever comes from outside is put in as data, on one line. The links are mails with their subject filled in: the code
in it says whose they are, so that they work in mail programs that lose the thread. The code of a way back stands in no
copy.
"""

from collections.abc import Iterator
from urllib.parse import quote

from pscb_mail.foreign import one_line
from pscb_mail.issues.reply_links import UNSUBSCRIBE
from pscb_mail.mailbox.decision import QUESTIONS, Answer
from pscb_mail.mailbox.outdated import CONFIRM_WITHIN
from pscb_mail.people.subscriber import Subscriber, first_name
from pscb_mail.settings import Newsletter

# The subject of the way back; `understanding` reads it as the wish to be on the list again.
BACK = "subscribe"


def words(kind: Answer, newsletter: Newsletter, person: Subscriber, asker: str, reference: str) -> tuple[str, str]:
    """Return subject and body of an answer. `asker`: the address that wrote; `reference`: for its link, or empty."""
    name = one_line(newsletter.name, 100)
    body = "\n\n".join(
        [
            f"Dear {first_name(person.name) or 'reader'},",
            *_paragraphs(kind, newsletter, person, asker, reference),
            *([one_line(newsletter.urgent)] if newsletter.urgent else []),
            f"{name}\n\n(This {_called(kind)} was written automatically. Reply to it if you need a person.)",
        ]
    )
    return _SUBJECTS[kind].format(name=name), body + "\n"


def _called(kind: Answer) -> str:
    return "mail" if kind in QUESTIONS else "answer"


_SUBJECTS = {
    Answer.CONFIRMED: "You are off the list: {name}",
    Answer.TOLD: "You have been taken off the list: {name}",
    Answer.REPORTED: "You have been taken off the list: {name}",
    Answer.RETURNED: "Are you still there? {name}",
    Answer.ASKED: "Was this you? {name}",
    Answer.WELCOMED_BACK: "You are on the list again: {name}",
    Answer.WELCOMED: "You are on the list: {name}",
    Answer.PLEASE_CONFIRM: "Please confirm: {name}",
    Answer.STILL_WANTED: "Do you still want {name}?",
}


def _paragraphs(kind: Answer, newsletter: Newsletter, person: Subscriber, asker: str, reference: str) -> Iterator[str]:
    name, own = one_line(newsletter.name, 100), person.address.text
    match kind:
        case Answer.CONFIRMED:
            yield f"As you asked, {own} is off the list of {name}. You will get no further issue."
            yield _way_back(newsletter, reference)
        case Answer.TOLD:
            yield f"{asker or 'Somebody'} asked us to take you off the list of {name}, with the link in your copy."
            yield f"We have done so: no further issue will come to {own}."
            yield _way_back(newsletter, reference, "If that was not your wish, or a mistake")
        case Answer.REPORTED:
            yield f"{asker or 'Somebody'} reported your copy of {name} as spam, or a mail program did so for you."
            yield f"We have taken you off the list: no further issue will come to {own}."
            yield _way_back(newsletter, reference, "If that was not your wish, or a mistake")
        case Answer.RETURNED:
            yield f"{asker or 'Somebody'} reported that your copy of {name} came back, as there is no mailbox {own}."
            yield "We have stopped sending to it. If you read this, the report was wrong."
            yield "To get the next issue, reply with the word BACK: a person will see to it."
        case Answer.ASKED:
            yield f"{asker or 'Somebody'} pressed “unsubscribe” in a copy of {name} that was sent to you at {own}."
            yield "Perhaps you passed it on, perhaps it was you from another address."
            yield _stop(newsletter, reference)
            yield "To stay on the list, do nothing."
        case Answer.WELCOMED_BACK:
            yield f"Welcome back: {own} is on the list of {name} again, and the next issue will come to you."
            yield "If you did not ask for that, reply with the word STOP."
        case Answer.WELCOMED:
            yield f"Thank you: {own} is on the list of {name}, and the next issue will come to you."
            yield "To come off it at any time, reply with the word STOP."
        case Answer.PLEASE_CONFIRM:
            yield f"Somebody, most likely you, asked that {own} be put on the list of {name}."
            yield _yes(newsletter, reference, "Yes, put me on the list, please.")
            yield f"If you do nothing, nothing will be sent to you. The link is good for {CONFIRM_WITHIN.days} days."
        case Answer.STILL_WANTED:
            yield f"You are on the list of {name} with {own}. From time to time we ask whether it is still wanted."
            yield _yes(newsletter, reference, "Yes, keep me on the list, please.")
            yield "To come off it, reply with the word STOP."


def _way_back(newsletter: Newsletter, reference: str, when: str = "If you change your mind") -> str:
    link = _link(newsletter, BACK, reference, "Put me back on the list, please.")
    return f"{when}, reply with the word BACK" + (f", or press this link and Send:\n\n{link}" if link else ".")


def _yes(newsletter: Newsletter, reference: str, body: str) -> str:
    """Return how to say yes; a subject of its own, so that it is known from a mail program that loses the thread."""
    link = _link(newsletter, BACK, reference, body)
    return "If you want it, reply with the word YES" + (f", or press this link and Send:\n\n{link}" if link else ".")


def _stop(newsletter: Newsletter, reference: str) -> str:
    link = _link(newsletter, UNSUBSCRIBE.subject, reference, "Please take me off the list.")
    start = "If you want to come off the list, reply with the word STOP"
    return start + (f", or press this link and Send:\n\n{link}" if link else ".")


def _link(newsletter: Newsletter, subject: str, reference: str, body: str) -> str:
    """Return a mailto URL (RFC 6068), or nothing where there is no copy whose code could stand in it."""
    if not reference:
        return ""
    return f"mailto:{quote(newsletter.reply_to, safe='@')}?subject={quote(f'{subject} {reference}')}&body={quote(body)}"
