"""A workspace whose issue has been sent, and the mail that comes back to it: replies, reports, whatever a test drops in."""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from pscb_mail.database import open_database, transaction
from pscb_mail.issues.edition import Edition
from pscb_mail.mailbox import reading
from pscb_mail.mailbox.reading import Means, Reading
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people import directory, roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import mailing
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.message import message_id
from pscb_mail.settings import Settings

KEY = bytes(range(32))
OURS = "newsletter@pscb.test"
URGENT = "Worried about a child? Ring 01632 960180."


@dataclass
class Mailroom:
    """The database, a Maildir to read, and a clock that the test moves. `settings` are those of [mailbox]."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    urgent: str = URGENT

    def __post_init__(self) -> None:
        self.db = open_database(self.folder / "pscb-mail.db")
        self.now = datetime.now(UTC)
        self.maildir = self.folder / "inbox"
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(1)

    @property
    def all_settings(self) -> Settings:
        """The settings as a command has them."""
        return Settings(
            newsletter={"name": "PSCB Newsletter", "from": f"PSCB Newsletter <{OURS}>", "urgent": self.urgent},
            mailbox={"source": f"maildir:{self.maildir}", **self.settings},
        )

    # -- before ---------------------------------------------------------------------------------------------------

    def sent(self, issue: str, *people: str) -> "Mailroom":
        """Put people on the list and send them an issue."""
        origin = Origin(self.now, "test", "add")
        roster.add(self.db, [parse_person(text) for text in people], origin)
        edition = Edition(issue, f"{issue} is out", ("<p>Hello</p>",), ("Hello\n",))
        mailing.begin(self.db, edition, Audience(), KEY, self.now)
        with transaction(self.db):
            # As if a relay had taken them all: what sending does is not what these tests are about.
            self.db.execute("UPDATE delivery SET state = 'sent', tries = 1 WHERE issue = ?", [issue])
        return self

    def person(self, address: str) -> Subscriber:
        """Return somebody on the list."""
        found = directory.by_address(self.db, address)
        assert found is not None, address
        return found

    def status(self, address: str) -> Status:
        """Return where somebody stands."""
        return self.person(address).status

    def reference(self, issue: str, address: str) -> str:
        """Return the code in somebody's copy."""
        row = self.db.execute(
            "SELECT reference FROM delivery WHERE issue = ? AND subscriber = ?", [issue, self.person(address).id]
        ).fetchone()
        return str(row[0])

    def copy_id(self, issue: str, address: str) -> str:
        """Return the Message-ID of somebody's copy."""
        return message_id(issue, self.reference(issue, address), "pscb.test")

    # -- what comes back ------------------------------------------------------------------------------------------

    def reply(self, sender: str, subject: str, words: str, answers: str = "", **headers: str) -> bytes:
        """Return a message that somebody wrote; `answers`: the Message-ID that it replies to."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, OURS, subject
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = f"<{next(self._numbers)}.{abs(hash((sender, subject, words)))}@mail.test>"
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(words)
        return message.as_bytes()

    def pressed(self, issue: str, address: str, sender: str = "") -> bytes:
        """Return what the unsubscribe link in somebody's copy sends, from their own address unless told."""
        return self.reply(
            sender or address, f"unsubscribe {self.reference(issue, address)}", f"Take {address} off the list, please."
        )

    def bounce(self, issue: str, address: str, status: str = "5.1.1", reply: str = "550 5.1.1 no such user") -> bytes:
        """Return the report with which a server returns somebody's copy (RFC 3464)."""
        domain = address.partition("@")[2]
        return (
            f"Return-Path: <>\r\nFrom: MAILER-DAEMON@{domain}\r\nTo: {OURS}\r\nSubject: Undelivered Mail\r\n"
            f"Date: {format_datetime(self.now)}\r\nMessage-ID: <b{next(self._numbers)}.{address.replace('@', '.')}@{domain}>\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.{domain}\r\n\r\n"
            f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; {reply}\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {self.copy_id(issue, address)}\r\n"
            f"X-PSCB-Mail: {self.reference(issue, address)}\r\n\r\n--b--\r\n"
        ).encode()

    def drop(self, *messages: bytes, age: timedelta = timedelta()) -> None:
        """Deliver messages into the Maildir, so long ago."""
        for raw in messages:
            path = self.maildir / "new" / f"{next(self._numbers):06}.mail.test"
            path.write_bytes(raw)
            if age:
                then = (datetime.now(UTC) - age).timestamp()
                os.utime(path, (then, then))

    def waiting(self) -> int:
        """Return how many messages lie in the inbox."""
        return sum(len(list((self.maildir / name).iterdir())) for name in ("new", "cur"))

    def filed(self) -> int:
        """Return how many messages lie in the folder for handled mail."""
        folder = self.maildir / ".Newsletter.Done" / "cur"
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    # -- reading --------------------------------------------------------------------------------------------------

    def means(self, **more: Callable[..., object]) -> Means:
        """Return what a reading works with."""
        return Means(self.all_settings, KEY, lambda: self.now, **more)

    def read(self, text: str = "", *, since: datetime | None = None, dry_run: bool = False) -> Reading:
        """Read the mailbox, or another source, and fail where the reading did."""
        source = open_source(text, self.all_settings, self.folder, read_only=dry_run)
        try:
            found = reading.read(self.db, source, self.means(), since=since, dry_run=dry_run)
        finally:
            source.close()
        if found.trouble is not None:
            raise found.trouble
        return found

    def done(self, *messages: bytes) -> list[tuple[str, str]]:
        """Deliver messages, read, and return finding and action of each entry."""
        self.drop(*messages)
        return [(str(entry.kind), str(entry.done)) for entry in self.read().entries]

    def outbox(self) -> list[tuple[str, str, str]]:
        """Return kind, recipient and state of each answer."""
        return self.db.execute("SELECT kind, recipient, state FROM outbox ORDER BY id").fetchall()
