"""The mailbox that is read: can it be opened, can handled mail be filed, is Sent found, do bounces come here.

Nothing in it is changed: the folder is opened for reading alone, and no folder is made. Each step that cannot be made
because an earlier one failed is `not checked`.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from imapclient.exceptions import IMAPClientError

from pscb_mail.desk.doctor import certificates
from pscb_mail.desk.doctor.check import MEND_FIRST, Check, complete, error, not_checked, ok, warning
from pscb_mail.desk.doctor.names import Names
from pscb_mail.errors import PscbMailError
from pscb_mail.imap import Imap, MailboxAwayError, Place, parse_place
from pscb_mail.mailbox.folder import signed_in
from pscb_mail.network import is_this_computer
from pscb_mail.settings import Mailbox, Settings
from pscb_mail.signin import Opens

STEPS = ("encryption", "sign-in", "folder", "filing", "new mail", "Sent folder")


def check_mailbox(settings: Settings, base: Path, opens: Opens, names: Names, now: datetime) -> list[Check]:
    """Return the checks of the mailbox; paths in the settings start at `base`. Raises nothing for its faults."""
    source = settings.mailbox.source
    arriving = bounces_arrive(settings)
    if not source:
        return [
            warning("mailbox: source", "No mailbox is read: opt-outs and bounces go unseen.", _SET_SOURCE),
            arriving,
        ]
    if not source.startswith("imap"):
        return [_local(source, base), arriving]
    try:
        place = parse_place(source)
    except PscbMailError as problem:
        return [error("mailbox: source", problem.message, problem.hint), arriving]
    return [*complete(list(_server(place, settings.mailbox, opens, names, now)), "mailbox", STEPS), arriving]


_SET_SOURCE = "Set source under [mailbox]: imaps://USER@HOST/INBOX, with %40 for the @ in USER."


def check_way_to_mailbox(place: Place, ca_file: str, names: Names, now: datetime) -> Check:
    """Return whether a server can be reached, encrypted; nobody signs in."""
    try:
        imap = Imap(place, None, ca_file)
    except PscbMailError as problem:
        return replace(_not_let_in(place, problem, names), check="mailbox")
    with closing(imap):
        seen = _encryption(imap, place, now)
    return replace(seen, check="mailbox", detail=f"{place.host} can be reached: {seen.detail}")


def _server(place: Place, mailbox: Mailbox, opens: Opens, names: Names, now: datetime) -> Iterator[Check]:
    try:
        imap = signed_in(place, mailbox.ca_file, opens)
    except PscbMailError as problem:
        yield _not_let_in(place, problem, names)
        return
    with closing(imap):
        with_name = f"{place.host} lets {place.username} in."
        yield ok("mailbox: sign-in", with_name if mailbox.auth != "none" else f"{place.host} answers.")
        yield _encryption(imap, place, now)
        try:
            imap.select(read_only=True)
            yield ok("mailbox: folder", f"{place.folder} can be read.")
            yield from _abilities(imap, mailbox)
        except PscbMailError as problem:
            yield error("mailbox: folder", problem.message, problem.hint)


def _not_let_in(place: Place, problem: PscbMailError, names: Names) -> Check:
    """Tell a wrong certificate and a wrong password from a computer without a network."""
    if isinstance(cause := problem.__cause__, ssl.SSLCertVerificationError):
        return certificates.untrusted("mailbox: encryption", f"{place.host}:{place.port}", "[mailbox]", cause)
    if isinstance(problem, MailboxAwayError) and not is_this_computer(place.host) and not names.connected:
        return not_checked(
            "mailbox: sign-in", f"{place.host} cannot be reached from here now.", "Run it again with a network."
        )
    if isinstance(problem.__cause__, socket.gaierror):
        return error(
            "mailbox: sign-in", f"There is no server called {place.host}.", "Check the host in source under [mailbox]."
        )
    return error("mailbox: sign-in", problem.message, problem.hint)


def _encryption(imap: Imap, place: Place, now: datetime) -> Check:
    connection = imap.socket
    if isinstance(connection, ssl.SSLSocket):
        return certificates.trusted("mailbox: encryption", place.host, connection, now)
    return ok("mailbox: encryption", "No encryption, and none is needed: the mailbox is on this computer.")


def _abilities(imap: Imap, mailbox: Mailbox) -> Iterator[Check]:
    if imap.offers("MOVE"):
        yield ok("mailbox: filing", f"Handled mail is moved to {mailbox.filed} (MOVE).")
    else:
        yield warning(
            "mailbox: filing",
            "The server cannot move mail: handled mail is copied to the folder, and stays in the inbox, marked.",
            "Nothing needs doing; it is not read twice.",
        )
    if imap.offers("IDLE"):
        yield ok("mailbox: new mail", "The server announces it (IDLE): `inbox --watch` acts at once.")
    else:
        yield ok("mailbox: new mail", "The server does not announce it (no IDLE): `inbox --watch` asks now and then.")
    yield _sent(imap, mailbox)


def _sent(imap: Imap, mailbox: Mailbox) -> Check:
    name = "mailbox: Sent folder"
    if mailbox.sent:
        if imap.existing(mailbox.sent):
            return ok(name, f"{mailbox.sent}, as the settings say.")
        return error(name, f"There is no folder {mailbox.sent}.", "Correct sent under [mailbox].")
    found: str | None = None
    with suppress(IMAPClientError):
        found = imap.sent_folder()
    if found:
        return ok(name, f"{found}.")
    return warning(
        name,
        "No Sent folder is found: a copy in doubt after a crash, or a lost list, cannot be settled by looking there.",
        "Name it as sent under [mailbox], if there is one.",
    )


def _local(source: str, base: Path) -> Check:
    kind, _, path = source.partition(":")
    place = base / path
    there = (place / "new").is_dir() if kind == "maildir" else place.is_file()
    if there:
        return ok("mailbox: source", f"{place.resolve()} is there ({kind}).")
    return error("mailbox: source", f"There is no {kind} at {place.resolve()}.", "Correct source under [mailbox].")


def bounces_arrive(settings: Settings) -> Check:
    """Bounces come to the envelope sender, which is the address in from; replies to reply_to. Both must be read."""
    name = "mailbox: bounces arrive here"
    newsletter, source = settings.newsletter, settings.mailbox.source
    sender = newsletter.address
    if not source:
        return not_checked(name, "No mailbox is read.", _SET_SOURCE)
    if not source.startswith("imap"):
        return not_checked(name, f"Whose mail {source} is cannot be seen from here.", f"It must be that of {sender}.")
    with suppress(PscbMailError):
        user = parse_place(source).username
        if user.lower() == sender.lower() == newsletter.reply_to.lower():
            return ok(name, f"Bounces and replies come to {sender}, which is read.")
        if "@" not in user:
            return not_checked(
                name, f"Whether {user}'s mailbox is that of {sender} cannot be seen.", _BOUNCES.format(sender)
            )
        astray = sender if user.lower() != sender.lower() else newsletter.reply_to
        what = "Bounces" if astray == sender else "Replies"
        return warning(name, f"{what} come to {astray}, but the mailbox of {user} is read.", _BOUNCES.format(astray))
    return not_checked(name, "The mailbox's address cannot be read.", MEND_FIRST)


_BOUNCES = "Fine if mail to {0} is delivered there; else set from, reply_to and source to one mailbox."
