"""A decision: what is done about a finding, and the facts from the ledgers that it rests on.

Pure data. `acting` fills `Facts` and carries a `Decision` out, `deciding` makes the one of the other, the journal keeps
its action, the outbox its answer.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pscb_mail.mailbox.finding import Kind
from pscb_mail.people.subscriber import Subscriber


class Action(StrEnum):
    """What is done. `again` (handled before) is the reading's own word, not a decision."""

    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    COUNTED = "counted"
    REVIEW = "review"
    ASKED = "asked"
    FILED = "filed"
    LEFT = "left"
    RESUBSCRIBED = "resubscribed"  # their own reply to the confirmation, the one way back without an editor


class Answer(StrEnum):
    """The one mail that may follow, always to the subscriber's own address on the list, whoever wrote."""

    CONFIRMED = "confirmed"  # you are off the list, here is the way back
    TOLD = "told"  # somebody (an alias, a forwarded copy) took you off, here is the way back
    REPORTED = "reported"  # somebody's spam report took you off, here is the way back
    RETURNED = "returned"  # somebody's report says that your mailbox is no more, tell us if it is
    ASKED = "asked"  # was this you? reply STOP to come off, do nothing to stay
    WELCOMED_BACK = "welcomed_back"  # you are on the list again
    WELCOMED = "welcomed"  # you have confirmed, and are on the list
    PLEASE_CONFIRM = "please_confirm"  # no answer: asks somebody who is pending
    STILL_WANTED = "still_wanted"  # no answer: asks somebody who is active


# These ask, and answer nothing.
QUESTIONS = frozenset({Answer.PLEASE_CONFIRM, Answer.STILL_WANTED})
# These tell somebody that they are off the list by a wish, which a reply of their own takes back.
WAYS_BACK = frozenset({Answer.CONFIRMED, Answer.TOLD, Answer.REPORTED})


@dataclass(frozen=True)
class OurLetter:
    """An answer or a question of ours that a message answers. `at`: when we wrote it, where the message names it."""

    kind: Answer
    person: Subscriber
    at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What the ledgers know about one finding.

    owner: whose mailing copy bears a reference in `finding.references` (for a message with several owners: none,
    and `several_owners` is true). answered: whose copy's Message-ID, or alias of it, is in `finding.message_ids` or
    in `incoming.answers`. sender: who on the list (of any status) has the address in From. recipient: who on the
    list has `finding.address`. authenticated: `incoming.authenticated(settings)`. test_copy: a reference is of a
    test copy. earlier_bounces: distinct earlier issues that bounced permanently for the person the report is about.
    forwarded: the setting. written_to: the address to which the copy went that the message is about. proven: a
    report bears a reference, ENVID, X-PSCB-Mail or Message-ID that the ledger knows (`owner` or `answered` then
    says whose). letter: the answer or question of ours that this message answers. came_back: when the person whom
    the message would take off (of a link: the owner, of words: the sender, else `answered`; of a report: whose copy
    it returns) last came back to the list: from `opted_out`, or for a bounce from wherever they were. outage: the
    bounce is one of so many of its domain in this reading that the domain itself seems to be down.
    """

    owner: Subscriber | None = None
    answered: Subscriber | None = None
    sender: Subscriber | None = None
    recipient: Subscriber | None = None
    authenticated: bool = False
    test_copy: bool = False
    several_owners: bool = False
    earlier_bounces: int = 0
    forwarded: Literal["ask", "act"] = "ask"
    written_to: str = ""
    proven: bool = False
    letter: OurLetter | None = None
    came_back: datetime | None = None
    outage: bool = False

    @property
    def written_to_by_us(self) -> Subscriber | None:
        """To whom the letter went that the message answers."""
        return self.letter.person if self.letter else None


@dataclass(frozen=True)
class Decision:
    """What to do, about whom, and why. `kind` is the finding's, or `unrelated` where nothing ties the mail to us."""

    kind: Kind
    action: Action
    subscriber: int | None = None
    proposal: str = ""
    answer: Answer | None = None
    evidence: str = ""
    review: bool = False  # stands in review as well, whatever the action
    named: str = ""  # the address that accepting it writes to or puts on the list, and whose it is
    name: str = ""

    @property
    def said_yes(self) -> bool:
        """Whether it is somebody's yes to a question of ours: nothing else of joining is filed, or so answered."""
        return self.kind is Kind.SUBSCRIBE and (self.action is Action.FILED or self.answer is Answer.WELCOMED)
