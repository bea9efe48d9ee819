"""The whole job in a workspace of its own, against an SMTP server inside the program: the same code as the commands.

Promises: no network (loopback only), no settings of the user touched, and every step checked: a step that did not do
what it says ends the demo with `ok` False.
"""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from shutil import copytree
from urllib.parse import parse_qs, unquote, urlsplit

from sqlite_utils import Database

from pscb_mail.desk import dispatch, overview, planning
from pscb_mail.desk.founding import Answers, make_workspace
from pscb_mail.desk.postbox import Postbox, serving
from pscb_mail.desk.story import story
from pscb_mail.mailbox.answering import deliver
from pscb_mail.mailbox.decision import Action
from pscb_mail.mailbox.reading import Means, read
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people import directory, roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import attempts, audience, running
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import MailingState, State
from pscb_mail.workspace import Workspace, packaged

ISSUE = "issue-18"
PEOPLE = tuple(
    f"{name} <{address}>"
    for name, address in (
        ("Asha Demo", "head@primary.example"),
        ("Bill Demo", "dsl@secondary.example"),
        ("Cara Demo", "nurse@health.example"),
        ("Dan Demo", "sergeant@police.example"),
        ("Ewa Demo", "duty@council.example"),
        ("Femi Demo", "midwife@hospital.example"),
        ("Gwen Demo", "probation@justice.example"),
        ("Hal Demo", "youth@charity.example"),
        ("Ines Demo", "manager@nursery.example"),
        ("Jan Demo", "housing@homes.example"),
        ("Kit Demo", "lawyer@chambers.example"),
        ("Lou Demo", "moved-on@college.example"),
    )
)
LEAVER, GONE = "nurse@health.example", "moved-on@college.example"


@dataclass(frozen=True)
class Step:
    """What one step did, the command that does it for real, and whether it did what it says."""

    said: str
    command: str
    ok: bool


@dataclass(frozen=True)
class _Scene:
    """What the steps work with."""

    workspace: Workspace
    db: Database
    postbox: Postbox
    means: running.Means


def run(folder: Path, clock: Callable[[], datetime], wait: Callable[[float], bool]) -> Iterator[Step]:
    """Do the whole job in `folder`, which is empty; yield each step as it is done."""
    postbox = Postbox(folder / "mails")
    with serving(postbox) as port:
        workspace = _workspace(folder, port)
        db = workspace.open_database()
        try:
            yield Step(f"A workspace with the sample issue, in {folder}", "pscb-mail init", ok=True)
            for step in (_add, _send, _log, _reply, _bounce, _inbox, _story, _again):
                yield step(_Scene(workspace, db, postbox, dispatch.means_of(workspace, clock, wait)))
        finally:
            db.close()


def as_it_arrived(folder: Path) -> Path:
    """Write the HTML of one of the mails into a file beside them, for a browser, and return the file."""
    html = _parsed(min((folder / "mails").glob("*"))).get_body(("html",))
    page = folder / "mails" / "as-it-arrived.html"
    page.write_text(html.get_content() if html else "", encoding="utf-8")
    return page


def _workspace(folder: Path, port: int) -> Workspace:
    inbox = folder / "inbox"
    for name in ("new", "cur", "tmp"):
        (inbox / name).mkdir(parents=True)
    copytree(packaged("issues"), folder / "issues")
    return make_workspace(
        folder,
        Answers(
            name="PSCB Newsletter",
            sender="PSCB Newsletter <newsletter@pscb.example>",
            port=port,
            mailbox=f"maildir:{inbox}",
            urgent="Worried about a child? Ring 01632 960180, day or night. In an emergency dial 999.",
            website="https://www.pscb.example",
            postal_address="Peterborough Safeguarding Children Board, Bayard Place, Broadway, Peterborough",
        ),
    )


def _add(at: _Scene) -> Step:
    roster.add(at.db, [parse_person(text) for text in PEOPLE], Origin(at.means.now(), "demo", "add", "the demo"))
    count = directory.counts(at.db)[Status.ACTIVE]
    return Step(f"{count} subscribers added", f'pscb-mail add "{PEOPLE[0]}"', ok=count == len(PEOPLE))


def _send(at: _Scene) -> Step:
    plan = planning.send_plan(at.db, at.workspace, ISSUE, Audience())
    dispatch.dispatch(at.db, at.workspace, plan, dispatch.Order(), at.means, "demo")
    status = overview.mailing_status(at.db, at.workspace, ISSUE)
    kept = len(list(at.postbox.folder.iterdir()))
    ok = status.state is MailingState.COMPLETE and status.counts[State.SENT] == kept == len(PEOPLE)
    return Step(
        f"{status.counts[State.SENT]} copies sent, {kept} arrived: {ISSUE} is {status.state}",
        f"pscb-mail send {ISSUE}",
        ok,
    )


def _reply(at: _Scene) -> Step:
    """Press the unsubscribe link in the copy as it arrived, and Send."""
    copy = _parsed(at.postbox.copy_for(LEAVER))
    html = copy.get_body(("html",))
    link = re.search(r'href="(mailto:[^"]*unsubscribe[^"]*)"', html.get_content()) if html else None
    if link is None:
        return Step("The copy has no unsubscribe link", "", ok=False)
    url = urlsplit(link[1].replace("&amp;", "&"))
    fields = parse_qs(url.query)
    reply = EmailMessage(policy=email.policy.SMTP)
    reply["From"], reply["To"] = LEAVER, unquote(url.path)
    reply["Subject"], reply["Message-ID"] = fields["subject"][0], "<reply-1@health.example>"
    reply.set_content(fields["body"][0])
    _deliver(at, "1-reply", reply.as_bytes())
    return Step(f"{LEAVER} presses “unsubscribe” and Send", "the reply links at the foot of every copy", ok=True)


def _bounce(at: _Scene) -> Step:
    """Return one copy as its server would (RFC 3464)."""
    original = _parsed(at.postbox.copy_for(GONE))
    report = (
        f"From: MAILER-DAEMON@college.example\r\nTo: newsletter@pscb.example\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <bounce-1@college.example>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\nNobody of that name works here.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.college.example\r\n\r\n"
        f"Final-Recipient: rfc822; {GONE}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original['Message-ID']}\r\n"
        f"X-PSCB-Mail: {original['X-PSCB-Mail']}\r\n\r\n--b--\r\n"
    )
    _deliver(at, "2-bounce", report.encode())
    return Step(f"The server of {GONE} sends the copy back: no such user", "nothing: servers do this", ok=True)


def _inbox(at: _Scene) -> Step:
    """Read both: the reader is off the list and told so, the dead address is not written to again, both are filed."""
    with closing(open_source("", at.workspace.settings, at.workspace.folder)) as source:
        reading = read(at.db, source, Means(at.workspace.settings, at.workspace.key(), at.means.now))
    answered = deliver(at.db, at.workspace.settings, at.means.relays, at.means.now)
    done = {entry.address: entry.action for entry in reading.entries}
    ok = done == {LEAVER: Action.OPTED_OUT, GONE: Action.BOUNCED} and answered.sent == 1 and not _unfiled(at)
    said = f"{reading.read} messages read: {LEAVER} is off the list and told so, {GONE} is marked as bounced"
    return Step(said, "pscb-mail inbox", ok=ok)


def _story(at: _Scene) -> Step:
    """Tell one reader's whole story, from the addition to the farewell."""
    events = story(at.db, directory.find(at.db, LEAVER), at.workspace.settings.newsletter.domain).timeline
    return Step(
        f"{LEAVER}'s whole story: {len(events)} events, each with its evidence",
        f"pscb-mail show {LEAVER}",
        ok=len(events) >= 3,
    )


def _log(at: _Scene) -> Step:
    """Look into the log: a line a reader, with the server's own words."""
    lines = list(attempts.log(at.db, ISSUE))
    ok = len(lines) == len(PEOPLE) and all(line.code == 250 for line in lines)
    return Step(
        f'{len(lines)} lines in the log, such as: {lines[0].address} {lines[0].state}, "{lines[0].reply}"',
        f"pscb-mail log {ISSUE}",
        ok=ok,
    )


def _again(at: _Scene) -> Step:
    """Send again: the one who came off and the one who is gone are left out, nobody gets a second copy."""
    before = len(list(at.postbox.folder.iterdir()))
    plan = planning.send_plan(at.db, at.workspace, ISSUE, Audience())
    dispatch.dispatch(at.db, at.workspace, plan, dispatch.Order(), at.means, "demo")
    after = len(list(at.postbox.folder.iterdir()))
    next_time = audience.size(at.db, Audience())
    return Step(
        f"Sent again: {after - before} further copies. The next issue would go to {next_time} people",
        f"pscb-mail send {ISSUE}",
        ok=after == before and next_time == len(PEOPLE) - 2,
    )


def _unfiled(at: _Scene) -> list[Path]:
    return [path for name in ("new", "cur") for path in (at.workspace.folder / "inbox" / name).iterdir()]


def _deliver(at: _Scene, name: str, message: bytes) -> None:
    (at.workspace.folder / "inbox" / "new" / name).write_bytes(message)


def _parsed(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError(path)
    return message
