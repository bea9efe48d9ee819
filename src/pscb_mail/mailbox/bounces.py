"""Bounces and spam reports: who did not get which copy, how bad it is, and what proves it.

Pure and total. RFC 3464 reports first, one finding a recipient; then `flufl.bounce`, whose *who* is worth more than its
*how bad*; then the texts of Exchange, Gmail, Postfix, Exim, qmail, Sendmail and Lotus, in several languages. Permanent,
temporary, or about us is decided by the enhanced code (RFC 3463) *and* the text: a full mailbox is temporary whatever
the first digit says, and a refusal for policy, reputation or authentication says nothing about the mailbox.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import same_domain
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.quotes import plain
from pscb_mail.mailbox.returned import Returned, address_in, fields_of, returned_of
from pscb_mail.mailbox.sentences import ADDRESS
from pscb_mail.mailbox.severity import status_of, telling_line, tells, tells_of_a_mailbox, verdict
from pscb_mail.sending.references import references_in

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_MOST = 100
# It logs what its detectors stumble over, which nobody can act on; without a handler that would reach the screen.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())


_SUBJECT = re.compile(
    r"^(?:\W*(?:undeliver(?:able|ed)|undelivered mail returned|delivery (?:status notification|failure|failed"
    r"|notification|has failed|report|problem|error|delayed|incomplete)|mail delivery (?:failed|failure|system|error"
    r"|problem|status|delayed|warning)|returned mail|failure notice|failed (?:mail|delivery)|mail (?:could not be"
    r"|system error|failure|not delivered|returned)|message (?:undeliverable|could not be delivered"
    r"|delivery (?:failure|failed)|you sent blocked|status|not delivered|delayed)|non[- ]?remis|non[- ]delivery"
    r"|nondeliverable|non-?deliverable|warning: (?:could not send|message .{0,30}delayed)|permanent (?:delivery|fatal)"
    r"|could not deliver|couldn't be delivered|your message to .{1,60} couldn't|address not found"
    r"|notice: mail delivery|postmaster notify|automatically rejected mail|mail failed|unzustellbar|nicht zugestellt"
    r"|nachricht nicht|unzustellbarkeit\w*|fehler(?:hafte)? (?:bei der )?(?:mail)?zustellung|mail(?: )?zustellung"
    r"|zustellung\w* fehlgeschlagen|non distribuable|message non|echec de (?:la )?(?:remise|livraison|distribution)"
    r"|avis de non-?remise|no se puede entregar|no entregado|mensaje no entregad\w+|fallo (?:en la|de) entrega"
    r"|correo (?:no entregado|devuelto)|devuelto|nao (?:entregue|foi possivel entregar)|falha (?:na|de) entrega"
    r"|nao e possivel entregar|nie mozna dostarczyc|niedostarczon\w+|nie dostarczono|niedoreczon\w+|zwrot poczty"
    r"|blad dostarczania|nepristatyt\w+|nepavyko pristatyti|neislaikytas|nepiegadat\w+|neizdevas piegadat"
    r"|nu (?:poate fi|a putut fi) livrat|nelivrat|mesaj nelivrat|imposibil de livrat|livrare esuata|onbestelbaar"
    r"|non recapitabile))\b"
)


_SENDER = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|microsoftexchange\w*|mail-?delivery\w*|mail\.delivery"
    r"|mailsystem|postoffice|maildelivery|exchange|bounce\w*)(?:[+\-_.]\S*)?@|^mailer-daemon$",
    re.IGNORECASE,
)


# Nobody but a mail server writes as these; as postmaster a person may.
_DAEMON = re.compile(r"^(?:mailer-?daemon|mail-?daemon|mdaemon)(?:[+\-_.]\S*)?(?:@|$)", re.IGNORECASE)


_SENDER_NAME = re.compile(
    r"\b(?:mail delivery (?:sub)?system|mail delivery service|mailer[- ]daemon|postmaster|microsoft outlook"
    r"|system administrator|mail administrator|delivery subsystem|mail server|mail router)\b"
)


_COPY_BELOW = re.compile(
    r"^[ \t>]*(?:-{2,}.{0,60}(?:below this line|copy of (?:the|your) message|original message|returned message"
    r"|message headers|message header|headers follow|unsent message|undelivered message).{0,100}"
    r"|original message (?:details|headers).{0,20}|(?:the )?(?:header|original message"
    r"|message headers?) (?:of the original message )?(?:follows?|is(?: attached)? below).{0,40}"
    r"|diagnostic information for administrators.{0,10}"
    r"|received: from .{1,200}|return-path: .{1,200})$",
    re.IGNORECASE | re.MULTILINE,
)


def bounces(incoming: "Incoming") -> tuple[Finding, ...]:
    """Return a finding for each recipient that a report names; none where the message is no bounce."""
    returned = returned_of(incoming)
    reports = [
        part
        for part in incoming.parts
        if part.media_type in {"message/delivery-status", "message/global-delivery-status"}
    ]
    if reports:
        text = "\n\n".join(part.text for part in reports[:5])
        found = tuple(_of_report(incoming, text, returned))
        if found or re.search(r"^action[ \t]*:", text, re.IGNORECASE | re.MULTILINE):
            return found
    return tuple(_of_text(incoming, returned)) if _looks_like_one(incoming, returned) else ()


def is_other_report(incoming: "Incoming") -> bool:
    """Whether it is a report that nobody acts on: of success (RFC 3464 section 2.3.3), or "not spam" (RFC 5965)."""
    kinds = {"message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
    return any(part.media_type in kinds for part in incoming.parts)


def complaint(incoming: "Incoming") -> Finding | None:
    """Return the finding of a spam report (ARF, RFC 5965); "not-spam" and reports on authentication are none."""
    part = next((part for part in incoming.parts if part.media_type == "message/feedback-report"), None)
    if part is None:
        return _of_outlook_com(incoming)
    fields = dict(reversed(fields_of(part.text)))
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind in {"not-spam", "auth-failure", "dmarc"}:
        return None
    returned = returned_of(incoming)
    who = (
        address_in(fields.get("original-rcpt-to", "")) or address_in(fields.get("removal-recipient", "")) or returned.to
    )
    return _complained(f"Feedback-Type: {kind}", who, returned)


def _of_outlook_com(incoming: "Incoming") -> Finding | None:
    """Return the finding of a report of Outlook.com's programme (JMRP): our copy, and who it was for in its headers."""
    headers = (dict(part.headers) for part in incoming.parts if part.depth)
    who = next((address_in(each[_JMRP]) for each in headers if _JMRP in each), "")
    if not who or incoming.new_words.strip():
        return None
    return _complained(f"Subject: {incoming.subject}", who, returned_of(incoming))


def _complained(evidence: str, who: str, returned: Returned) -> Finding:
    ids = returned.message_ids
    return Finding(Kind.COMPLAINT, one_line(evidence, 300), who, references=returned.references, message_ids=ids)


_JMRP = "x-hmxmroriginalrecipient"


def _of_report(incoming: "Incoming", text: str, returned: Returned) -> Iterator[Finding]:
    """Yield a finding for each recipient's group of fields (RFC 3464 section 2.3)."""
    seen: set[str] = set()
    for group in re.split(r"\n[ \t]*\n+", text)[: _MOST * 2]:
        fields = dict(reversed(fields_of(group)))
        action = fields.get("action", "").partition(" ")[0].strip().lower()
        final, original = (
            address_in(fields.get("final-recipient", "")),
            address_in(fields.get("original-recipient", "")),
        )
        if not (final or original or action) or action in {"relayed", "delivered", "expanded"}:
            continue
        who = original or final or returned.to
        if who.casefold() in seen or len(seen) >= _MOST:
            continue
        seen.add(who.casefold())
        found = _finding(incoming, who, fields, action, returned)
        # Where it was passed on to another domain, it is the mailbox there that is missing, not the one we wrote to.
        yield replace(found, no_such_mailbox=False) if final and not same_domain(final, who) else found


def _finding(incoming: "Incoming", who: str, fields: dict[str, str], action: str, returned: Returned) -> Finding:
    diagnostic = fields.get("diagnostic-code", "") or fields.get("x-supplementary-info", "")
    text = diagnostic.partition(";")[2] if re.match(r"\s*[\w-]{1,20}\s*;", diagnostic) else diagnostic
    status = status_of(fields.get("status", ""), text, incoming.new_words if not text else "")
    severity, sure = verdict(status, text or incoming.new_words[:3000] or incoming.subject, action)
    evidence = f"{status} {text}".strip() if text else f"Action: {action or 'failed'}, Status: {status or 'not given'}"
    return Finding(
        Kind.BOUNCE,
        one_line(evidence, 300),
        who,
        references=returned.references,
        message_ids=returned.message_ids,
        severity=severity,
        status=status,
        no_such_mailbox=sure,
    )


def _looks_like_one(incoming: "Incoming", returned: Returned) -> bool:
    """Whether a message without a report in it may be a bounce: who sends it, and what it says or brings back."""
    if incoming.header("x-failed-recipients") or incoming.report_type == "delivery-status":
        return True
    # Dovecot and Sieve refuse with a receipt (RFC 5429 section 2.1.2).
    if "(rejected" in incoming.header("auto-submitted").lower():
        return True
    fails = bool(_TELLS.search(plain(incoming.whole_text[:3000])))
    said = _COPY_BELOW.split(incoming.whole_text[:5000], maxsplit=1)[0]
    by_subject = bool(_SUBJECT.match(plain(incoming.subject)))
    if _is_a_server(incoming):
        ours, daemon = bool(returned.references and returned.to), bool(_DAEMON.search(incoming.sender))
        # In whatever language: a daemon, or a copy of ours, and a reason that is known, or else what it brings back.
        told = (ours or daemon) and tells(said)
        # An out-of-office answer has no return path either: there it takes the name of a server.
        told = told or (_is_called_a_server(incoming) and tells_of_a_mailbox(said) and _names_somebody(incoming, said))
        return by_subject or fails or told or (daemon and _brings_back(incoming, returned, said))
    # Gateways write as whom they like: the subject of a report, a failure, and whose it is.
    return by_subject and (fails or tells(said)) and (_names_somebody(incoming, said) or bool(returned.to))


def _is_a_server(incoming: "Incoming") -> bool:
    return incoming.return_path == "" or not incoming.sender or _is_called_a_server(incoming)


def _is_called_a_server(incoming: "Incoming") -> bool:
    return bool(_SENDER.search(incoming.sender) or _SENDER_NAME.search(plain(incoming.sender_name)))


def _names_somebody(incoming: "Incoming", said: str) -> bool:
    return bool(_addresses_in(said, incoming))


def _brings_back(incoming: "Incoming", returned: Returned, said: str) -> bool:
    """Whether a report names somebody and has a message with it, or one of ours below it."""
    below = bool(returned.references) or any(part.depth for part in incoming.parts)
    return below and _names_somebody(incoming, said)


_TELLS = re.compile(
    r"\b(?:(?:could not|couldn't|cannot|was not|wasn't|unable to|not) be delivered|delivery (?:to the following"
    r"|has failed|failed)|undeliverable|(?:unable|failed) to deliver|permanent(?:ly)? (?:fatal )?(?:error|failure)"
    r"|rejected your message|failed recipients?:?|mailbox unavailable|automatically rejected|(?:has|have) (?:not"
    r"|n't) (?:yet )?been delivered|(?:has|have) been (?:returned|postponed)|(?:message|mail"
    r"|it) (?:you sent )?(?:\S+ ){0,3}(?:was|has been|is) rejected|not accepting mail|did not reach the following"
    r"|returned to sender|not listed in (?:the )?(?:domino|public)|has been delayed|zugestellt|remis au"
    r"|no se ha podido entregar|nie zostala dostarczona|nao foi entregue|n'a pas pu etre (?:remis|delivre|livre"
    r"|distribue)\w*|remise .{0,40}echou\w*|no se pudo entregar|nie mozna dostarczyc|nie mog\w+ zostac dostarczon\w+"
    r"|nao p[oô]de ser entregue|nu a putut fi livrat|nevareja piegadat|nepavyko pristatyti|impossibile recapitare)\b"
)


def _of_text(incoming: "Incoming", returned: Returned) -> Iterator[Finding]:
    """Yield findings out of a report in prose: flufl.bounce's recipients, else the addresses in the text."""
    text = incoming.new_words or incoming.whole_text
    split = _COPY_BELOW.split(incoming.whole_text[:20_000], maxsplit=1)
    said = split[0] if split[0].strip() else text[:5000]
    failed = [address_in(item) for item in incoming.header("x-failed-recipients").split(",")[:_MOST]]
    who = (
        [address for address in failed if address]
        or _flufl(incoming)
        or _addresses_in(said, incoming)
        or ([returned.to] if returned.to else [""])
    )
    for reached in who[:_MOST]:
        about = _passage(said, reached) if len(who) > 1 else said
        address = _passed_on_from(said, reached) or reached
        status = status_of("", about, incoming.subject)
        severity, sure = verdict(status, f"{incoming.subject if 'delay' in incoming.subject.lower() else ''} {about}")
        yield Finding(
            Kind.BOUNCE,
            one_line(telling_line(about) or incoming.subject, 300),
            address,
            references=returned.references,
            message_ids=returned.message_ids,
            severity=severity,
            status=status,
            no_such_mailbox=sure and (address == reached or same_domain(address, reached)),
        )


def _passed_on_from(text: str, address: str) -> str:
    """Return whom the mail was for where a server says that it passed it on to this address (Exim, Postfix)."""
    if not address:
        return ""
    how = r">?,?\s{0,20}\((?:generated|expanded|redirected|forwarded) from:?\s{1,5}([^()\s]{3,330})\)"
    found = re.search(re.escape(address) + how, text, re.IGNORECASE)
    return address_in(found[1]) if found else ""


def _addresses_in(text: str, incoming: "Incoming") -> list[str]:
    """Return the first address in the text that is nobody's of this report's own: not From, not ours, no daemon.

    Where it has a line to itself, so have the others that the report is about.
    """
    own = {incoming.sender.casefold(), *(address.casefold() for address in incoming.recipients)}
    found = [a for a in dict.fromkeys(ADDRESS.findall(text[:5000])) if _may_be_meant(a, own)]
    listed = [a for a in dict.fromkeys(_LISTED.findall(text[:5000])) if _may_be_meant(a, own)]
    return listed if found[:1] == listed[:1] else found[:1]


_LISTED = re.compile(
    rf"^[ \t]*[<\"']?({ADDRESS.pattern})[>\"']?:?(?: on [\d/. :,-]{{6,40}})?[ \t]*$", re.IGNORECASE | re.MULTILINE
)


def _passage(text: str, address: str) -> str:
    """Return what a report says about one of several recipients: from its address to the next."""
    start = text.casefold().find(address.casefold())
    if start < 0:
        return text
    rest = text[start + len(address) :]
    following = ADDRESS.search(rest)
    return text[start : start + len(address)] + rest[: following.start() if following else 1500]


def _flufl(incoming: "Incoming") -> list[str]:
    """Return the recipients that flufl.bounce finds, on a small copy of the message; it raises on odd ones."""
    given = [(name, one_line(value, 900)) for name, value in incoming.headers[:100] if name in _FOR_FLUFL]
    # Some of its detectors stumble over a From without an address, and over letters beyond ASCII.
    head = f"from: {incoming.sender or 'nobody@invalid'}\n" + "".join(f"{name}: {value}\n" for name, value in given)
    try:
        text = incoming.whole_text[:20_000].encode("utf-8", "replace")
        copy = message_from_bytes(head.encode("ascii", "replace") + b"\n" + text + b"\n")
        temporary, permanent = all_failures(copy)
    except Exception:  # noqa: BLE001 - a detector of theirs failed on foreign bytes: then it found nobody
        return []
    own = {incoming.sender.casefold(), *(address.casefold() for address in incoming.recipients)}
    found = sorted(address_in(item.decode("utf-8", "replace")) for item in {*temporary, *permanent})
    return [address for address in found if _may_be_meant(address, own)]


def _may_be_meant(address: str, own: set[str]) -> bool:
    """Whether an address in a report may be the recipient's: not the report's own, no daemon, no Message-ID of ours."""
    strange = not address or address.casefold() in own or bool(_SENDER.search(address))
    return not strange and not references_in(address)


_FOR_FLUFL = frozenset({"to", "subject", "date", "message-id", "x-failed-recipients", "x-mailer"})
