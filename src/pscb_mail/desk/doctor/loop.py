"""There and back: one mail to the mailbox that is read, and what the receiving server wrote into it about us.

The only check that sends anything: whoever calls it has asked. The mail is left in the inbox; it is an automatic one,
so that nothing answers it (RFC 3834). Raises nothing for a server's faults. Clock and waiting are arguments.
"""

import email
import email.policy
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from email.utils import format_datetime

from pscb_mail.desk.doctor.check import Check, complete, error, not_checked, ok, warning
from pscb_mail.desk.doctor.dns import check_signatures
from pscb_mail.desk.doctor.names import Names
from pscb_mail.errors import PscbMailError
from pscb_mail.foreign import one_line
from pscb_mail.imap import Imap, parse_place
from pscb_mail.mailbox.folder import connected
from pscb_mail.sending.dialogue import Answered
from pscb_mail.sending.relays import Relays, relays_of
from pscb_mail.sending.smtp import stuffed
from pscb_mail.settings import Settings
from pscb_mail.signin import Outside

STEPS = ("sent", "arrived", "authentication", "DKIM")
PATIENCE = timedelta(seconds=90)
PAUSE_SECONDS = 3.0
_MARK = "X-PSCB-Loop"
_FIELDS = (_MARK, "Authentication-Results", "X-MS-Exchange-Organization-AuthAs", "DKIM-Signature")


@dataclass(frozen=True)
class Loop:
    """What a loop needs: settings, the DNS, the clock, and a way to wait, True where the user would stop."""

    settings: Settings
    names: Names
    now: Callable[[], datetime]
    wait: Callable[[float], bool]
    outside: Outside | None = None


def check_loop(loop: Loop) -> list[Check]:
    """Send one mail to the mailbox in the settings, wait for it, and return what it tells."""
    if not loop.settings.mailbox.source.startswith("imap"):
        return [not_checked("loop", "Only in an IMAP mailbox can it be waited for.", "See source under [mailbox].")]
    return complete(list(_there_and_back(loop, secrets.token_hex(8))), "loop", STEPS)


def _there_and_back(loop: Loop, code: str) -> Iterator[Check]:
    try:
        imap = _mailbox(loop)
    except PscbMailError as problem:
        yield error("loop: arrived", problem.message, problem.hint)
        return
    try:
        # Whatever is there already is not looked at.
        last = max(imap.uids(0, (loop.now() - timedelta(days=1)).date()), default=0)
        sent = _sent(loop, relays_of(loop.settings, loop.outside), code)
        yield sent
        if sent.result == "ok":
            yield from _awaited(loop, imap, last, code)
    except PscbMailError as problem:
        yield error("loop: sent", problem.message, problem.hint)
    finally:
        imap.close()


def _mailbox(loop: Loop) -> Imap:
    settings = loop.settings
    imap = connected(parse_place(settings.mailbox.source), settings, loop.outside or Outside())
    imap.select(read_only=True)
    return imap


def _sent(loop: Loop, relays: Relays, code: str) -> Check:
    newsletter = loop.settings.newsletter
    with relays.open() as session:
        outcome = session.deliver(newsletter.address, newsletter.reply_to, [stuffed(_mail(loop, code))])
        relay = session.relay.label
    if isinstance(outcome, Answered) and 200 <= outcome.reply.code < 300:
        return ok("loop: sent", f"{relay} took a mail to {newsletter.reply_to}.")
    what = f'"{outcome.reply.code} {outcome.reply.text}"' if isinstance(outcome, Answered) else outcome.reason
    hint = "What the relay's own checks say comes first."
    return error("loop: sent", f"{relay} did not take a mail to {newsletter.reply_to}: {what}.", hint)


def _mail(loop: Loop, code: str) -> bytes:
    newsletter = loop.settings.newsletter
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = newsletter.from_, newsletter.reply_to
    mail["Subject"] = "pscb-mail doctor: there and back"
    mail["Date"] = format_datetime(loop.now())
    mail["Message-ID"] = f"<doctor.{code}@{newsletter.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[_MARK] = code
    mail.set_content("`pscb-mail doctor --loop` sent this to see how it arrives. It can be deleted.\n")
    return mail.as_bytes()


def _awaited(loop: Loop, imap: Imap, last: int, code: str) -> Iterator[Check]:
    begun = loop.now()
    while (waited := loop.now() - begun) < PATIENCE:
        if (mail := _arrived(imap, last, code)) is not None:
            yield ok("loop: arrived", f"It arrived within {max(1, round(waited.total_seconds()))} seconds.")
            yield authentication(mail)
            yield signature(mail, loop.settings.newsletter.domain, loop.names)
            return
        if loop.wait(PAUSE_SECONDS):
            break
    yield warning(
        "loop: arrived",
        f"It has not arrived in {imap.place.folder} within {round(waited.total_seconds())} seconds.",
        "Look for it in the junk folder, and run it again later.",
    )


def _arrived(imap: Imap, last: int, code: str) -> Message | None:
    uids = imap.uids(last, None)
    mails = (email.message_from_bytes(raw) for raw in imap.headers(uids, _FIELDS)) if uids else ()
    return next((mail for mail in mails if str(mail.get(_MARK, "")).strip() == code), None)


def authentication(mail: Message) -> Check:
    """Return what the receiving server found out about us (RFC 8601), by the topmost header of that kind."""
    name = "loop: authentication"
    if _is_internal(mail):
        return not_checked(name, "Microsoft 365 took it for internal mail, and does not check that.", _ELSEWHERE)
    written = one_line(str(mail.get("Authentication-Results", "")), 1000)
    found = _results(written)
    if not found:
        return not_checked(name, "The receiving server wrote nothing about it.", _ELSEWHERE)
    said = ", ".join(f"{method}={result}" for method, result in found.items())
    if found.get("dmarc") == "fail" or "pass" not in found.values():
        return error(name, f"The receiving server does not believe that it is from us: {said}.", "See the DNS checks.")
    if short := [method.upper() for method, result in found.items() if result not in {"pass", "bestguesspass"}]:
        return warning(name, f"The receiving server says {said}.", f"See the DNS check of {', '.join(short)}.")
    return ok(name, f"The receiving server says {said}.")


def signature(mail: Message, domain: str, names: Names) -> Check:
    """Return whether the relay signs for our domain, and with which key: the selector stands in the mail alone."""
    signatures = [str(value) for value in mail.get_all("DKIM-Signature", [])]
    if not signatures and _is_internal(mail):
        return not_checked("loop: DKIM", "Microsoft 365 signs only what leaves it.", _ELSEWHERE)
    return check_signatures("loop: DKIM", signatures, domain, names)


def _is_internal(mail: Message) -> bool:
    return str(mail.get("X-MS-Exchange-Organization-AuthAs", "")).strip().lower() == "internal"


def _results(written: str) -> dict[str, str]:
    """Return each method's result, a pass where one of several signatures passes; comments are no results."""
    bare = re.sub(r"\([^()]*\)", "", written)
    found: dict[str, str] = {}
    for method, result in re.findall(r"(?:^|;)\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)", bare, re.IGNORECASE):
        if found.get(method.lower()) != "pass":
            found[method.lower()] = result.lower()
    return found


_ELSEWHERE = "Send `pscb-mail test` to an address elsewhere, and read Authentication-Results there."
