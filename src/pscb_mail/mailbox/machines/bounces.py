"""Bounces and spam reports: who did not get which copy, how bad it is, and what proves it.

Pure and total. RFC 3464 reports first, one finding a recipient; then those in prose (`nondelivery`), about whom
`recipients` tells. Permanent, temporary, or about us is decided by the enhanced code (RFC 3463) *and* the text
(`severity`): a full mailbox is temporary whatever the first digit says, and a refusal for policy, reputation or
authentication says nothing about the mailbox. What the other server replied outweighs the reporter's own words.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import same_mailbox
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.machines.automatic import asks_for_proof
from pscb_mail.mailbox.machines.nondelivery import above_the_copy, reports_a_return
from pscb_mail.mailbox.machines.recipients import about, passed_on_from, recipients, without_subject
from pscb_mail.mailbox.machines.returned import Returned, address_in, fields_of, returned_of
from pscb_mail.mailbox.machines.severity import (
    explains,
    reply_in,
    says_later,
    status_of,
    telling_line,
    verdict,
    when_refused,
)

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_MOST = 100


def bounces(incoming: "Incoming") -> tuple[Finding, ...]:
    """Return a finding for each recipient that a report names; none where the message is no bounce."""
    returned = returned_of(incoming)
    text = _status_part(incoming) or _lost_status_part(incoming, returned)
    if text:
        found = tuple(_of_report(incoming, text, returned))
        if not any(each.status.startswith("5") for each in found) and asks_for_proof(incoming):
            return ()
        if found or re.search(r"^action[ \t]*:", text, re.IGNORECASE | re.MULTILINE):
            return found
    return tuple(_of_text(incoming, returned)) if reports_a_return(incoming, returned) else ()


def _status_part(incoming: "Incoming") -> str:
    kinds = {"message/delivery-status", "message/global-delivery-status"}
    return "\n\n".join([part.text for part in incoming.parts if part.media_type in kinds][:5])


def _lost_status_part(incoming: "Incoming", returned: Returned) -> str:
    """Return the fields of a report that stand among its words, where its boundaries are broken or it was wrapped."""
    text = incoming.whole_text[:20_000]
    found = _RECIPIENT_FIELD.search(text)
    if found is None or not reports_a_return(incoming, returned):
        return ""
    return text[text.rfind("\n\n", 0, found.start()) + 1 :]


_RECIPIENT_FIELD = re.compile(
    r"^(?:final|original)-recipient[ \t]*:[ \t]*rfc/?822[ \t]*;", re.IGNORECASE | re.MULTILINE
)


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
    words = _FIELDS_BELOW.split(incoming.new_words[:3000], maxsplit=1)[0]
    said = without_subject(words, returned) or incoming.subject
    groups = {_recipient_of(fields, returned).casefold(): fields for fields in reversed(_groups(text))}
    for key, fields in list(reversed(groups.items()))[:_MOST]:
        action, final = _action_of(fields), address_in(fields.get("final-recipient", ""))
        if (not key and not action) or action in {"relayed", "delivered", "expanded"}:
            continue
        who = _recipient_of(fields, returned)
        found = _finding(who, fields, about(said, who, list(groups)), returned)
        # Where it was passed on to another mailbox, it is the one there that is missing, not the one we wrote to.
        yield replace(found, no_such_mailbox=False) if final and not same_mailbox(final, who) else found


_FIELDS_BELOW = re.compile(r"^(?:reporting-mta|(?:final|original)-recipient)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def _groups(text: str) -> list[dict[str, str]]:
    """Return each recipient's fields, also where a server puts them in with its own, or an empty line among them."""
    groups: list[dict[str, str]] = []
    apart: dict[str, str] = {}
    for group in re.split(r"\n[ \t]*\n+", text)[: _MOST * 2]:
        fields = dict(reversed(fields_of(group)))
        told = {name: fields[name] for name in _OF_A_RECIPIENT if name in fields}
        if "final-recipient" in fields or "original-recipient" in fields:
            groups.append(apart | fields)
        elif groups and "action" not in groups[-1]:
            groups[-1] |= told
        elif not groups:
            apart |= told
    return groups or ([apart] if apart else [])


_OF_A_RECIPIENT = ("action", "status", "diagnostic-code", "x-supplementary-info")


def _recipient_of(fields: dict[str, str], returned: Returned) -> str:
    """Return whom we wrote to; where a server only tells where that ended, it is that."""
    names = (fields.get("original-recipient", ""), fields.get("final-recipient", ""))
    return next((address for name in names if (address := address_in(name))), returned.to)


def _action_of(fields: dict[str, str]) -> str:
    return fields.get("action", "").partition(" ")[0].strip().lower()


def _finding(who: str, fields: dict[str, str], told: str, returned: Returned) -> Finding:
    """Return the finding of one recipient's fields; `told`: what the report's words say about them."""
    diagnostic = fields.get("diagnostic-code", "") or fields.get("x-supplementary-info", "")
    text = diagnostic.partition(";")[2] if re.match(r"\s*[\w-]{1,20}\s*;", diagnostic) else diagnostic
    action = _action_of(fields)
    status = status_of(fields.get("status", ""), text, told if not text else "")
    severity, sure = verdict(status, _explained(text, status, told), action)
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


def _explained(diagnostic: str, status: str, told: str) -> str:
    """Return why, in the report's fields, or in its words where neither diagnostic nor code says anything."""
    if diagnostic and (explains(diagnostic) or (status and not status.endswith(".0.0"))):
        return f"{diagnostic} {when_refused(told)}"
    return f"{diagnostic} {reply_in(told) or told}"


def _of_text(incoming: "Incoming", returned: Returned) -> Iterator[Finding]:
    """Yield findings out of a report in prose, one for each whom it is about."""
    said = without_subject(above_the_copy(incoming), returned)
    who = recipients(incoming, said, returned)
    subject = without_subject(incoming.subject, returned)
    late = subject if says_later(subject) else ""
    seen: set[str] = set()
    for reached in who:
        told = about(said, reached, who)
        address = passed_on_from(said, reached) or reached
        if address.casefold() in seen:
            continue
        seen.add(address.casefold())
        status = status_of("", told, incoming.subject)
        why = told if says_later(told) else f"{late} {reply_in(told) or told}"
        severity, sure = verdict(status, why)
        yield Finding(
            Kind.BOUNCE,
            one_line(telling_line(told, reached) or incoming.subject, 300),
            address,
            references=returned.references,
            message_ids=returned.message_ids,
            severity=severity,
            status=status,
            no_such_mailbox=sure and same_mailbox(address, reached),
        )
