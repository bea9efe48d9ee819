"""A finding: what an incoming message is, with the words or the header that prove it.

Pure data. `understanding` makes findings, `deciding` reads them, the journal keeps them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The twelve findings."""

    URGENT = "urgent"
    OPT_OUT = "opt_out"
    SUBSCRIBE = "subscribe"
    ADDRESS_CHANGE = "address_change"
    LEFT = "left"
    AWAY = "away"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    QUESTION = "question"
    UNREADABLE = "unreadable"
    UNRELATED = "unrelated"


class Severity(StrEnum):
    """How bad a bounce is: for good, for now, not yet, or nothing to do with the recipient."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    DELAYED = "delayed"
    OURS = "ours"


@dataclass(frozen=True)
class Finding:
    """What a message is, about one person.

    `evidence` is one harmless line. `address` is whom it is about where the message names one: a bounce's recipient, a
    colleague to add, a new address, a successor; `name` is how the message calls them. `references` and `message_ids`
    are ours as far as the bytes can tell (only the ledger knows): for an opt-out by link the reference of the link, for
    a report those of the returned message. `link`: the sender pressed one of our reply links. `doubt`: why words that
    sound like a wish must be read by a person, empty where they are plain; of an alarm, that a wish stands beside it.
    `about_us`: the words name the newsletter or the list, so that even a stranger's wish is worth a look. `other`: the
    wish or the departure is somebody else's than the sender's; `address` then says whose, where it is named.
    """

    kind: Kind
    evidence: str
    address: str = ""
    name: str = ""
    references: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    severity: Severity | None = None
    status: str = ""
    no_such_mailbox: bool = False
    link: bool = False
    doubt: str = ""
    about_us: bool = False
    other: bool = False
