"""A message as those see it who read its words: the sentences of its new words, its own subject, whom it names.

Pure and total. What our own templates put there, reply links and codes, is left out: it is nobody's wish.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.machines.automatic import Machine, automatic
from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words.sentences import Sentence, sentences

# "Re:" and its like, which a client puts before the subject of a reply link that was answered or passed on.
PREFIX = r"^(?:\s*(?:re|aw|fw|fwd|wg|tr|sv|odp|pd|res|enc|rv|ats|atb|vs|antw)\s*(?:\[\d+\])?\s*:)*\s*"
WORDS = 20_000
_CODE = re.compile(r"\b[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){3}\b")  # a reference is no word


@dataclass(frozen=True)
class Ours:
    """What we call ourselves, to know our own copies and footer: from, reply_to, the domain of from, list_id."""

    address: str
    reply_to: str
    domain: str
    list_id: str

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Our addresses, for looking up foreign ones."""
        return frozenset({self.address.casefold(), self.reply_to.casefold()})


@dataclass(frozen=True)
class Worded:
    """A message, and what we call ourselves."""

    incoming: Incoming
    ours: Ours

    @cached_property
    def said(self) -> tuple[Sentence, ...]:
        """The sentences of the new words, without what our own templates put there."""
        lines = [line for line in self.incoming.new_words[:WORDS].splitlines() if not self._is_ours(line)]
        return sentences(_CODE.sub(" ", "\n".join(lines)))

    @cached_property
    def subject_said(self) -> tuple[Sentence, ...]:
        """The sentences of the subject, where the sender wrote it: none of a reply or of a forwarded mail."""
        subject = plain(self.incoming.subject)
        prefix = re.match(PREFIX, subject)
        theirs = not (prefix and prefix[0].strip()) and not re.match(PREFIX + "$", subject)
        return sentences(self.incoming.subject) if theirs else ()

    @cached_property
    def added_to_subject(self) -> tuple[Sentence, ...]:
        """What was written behind the subject of a reply ("Re: Newsletter 18 - please unsubscribe")."""
        return () if self.subject_said else sentences(re.split(r"\s[-:|/]\s|[:(]", self.incoming.subject)[-1])

    @cached_property
    def machine(self) -> Machine | None:
        """What shows, or hints, that a program wrote it."""
        return automatic(self.incoming)

    def address_beside(self, said: tuple[Sentence, ...]) -> str:
        """Return the first address in words that is neither the sender's nor ours: of somebody to add, perhaps."""
        known = {self.incoming.sender.casefold(), *self.ours.addresses}
        named = (address.rstrip(".") for sentence in said for address in ADDRESS.findall(sentence.written))
        return next((address for address in named if address.casefold() not in known), "")

    def _is_ours(self, line: str) -> bool:
        """Whether a line is of our own footer: it holds one of our reply links."""
        folded = line.casefold()
        return (
            "mailto:" in folded
            and any(address in unquote(folded) for address in self.ours.addresses)
            and "subject=" in folded
        )
