"""What identifies the copy that a report is about, wherever the report says it.

Pure. Our reference in X-PSCB-Mail, in the Message-ID or in the ENVID (RFC 3461), out of the returned message, the
report's fields, or a text that copies the headers below a line.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.parsing import mime
from pscb_mail.sending.references import references_in

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_MOST = 100
_FIELD = re.compile(
    r"^[ \t>]{0,4}(message-id|x-pscb-mail|x-failed-recipients|to|original-envelope-id)[ \t]*:[ \t]*(\S.{0,500})$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Returned:
    """What a report brings back of the message it is about."""

    references: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    to: str = ""
    subject: str = ""


def returned_of(incoming: "Incoming") -> Returned:
    """Return what identifies the copy that a report is about: X-PSCB-Mail, Message-ID, ENVID; from parts or text."""
    references: list[str] = []
    ids: list[str] = []
    to = ""
    for part in incoming.parts:
        for name, value in part.headers if part.depth or "headers" in part.media_type else ():
            if name in {"x-pscb-mail", "message-id"}:
                references += references_in(value)
                ids += re.findall(r"<[^<>\s]{1,400}>", value) if name == "message-id" else []
            if name == "to" and not to:
                to = address_in(value)
        if part.media_type in {"message/delivery-status", "message/feedback-report", "message/global-delivery-status"}:
            for name, value in fields_of(part.text):
                references += references_in(value) if name in {"original-envelope-id", "x-pscb-mail"} else ()
    for name, value in _FIELD.findall(incoming.whole_text[:100_000]):
        if name.lower() in {"message-id", "x-pscb-mail", "original-envelope-id"}:
            references += references_in(value)
            ids += re.findall(r"<[^<>\s]{1,400}>", value) if name.lower() == "message-id" else []
        if name.lower() == "to" and not to:
            to = address_in(value)
    return Returned(tuple(dict.fromkeys(references))[:_MOST], tuple(dict.fromkeys(ids))[:_MOST], to, _subject(incoming))


def _subject(incoming: "Incoming") -> str:
    of_copies = (dict(reversed(part.headers)) for part in incoming.parts if part.depth or "headers" in part.media_type)
    return next((one_line(headers["subject"], 300) for headers in of_copies if "subject" in headers), "")


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return the fields of a report's part, names in lower case."""
    return list(mime.headers_of(mime.normalised(text.encode("utf-8", "replace")).lstrip(b"\n")))


def address_in(value: str) -> str:
    """Return the address of a recipient field ("rfc822; jo@school.example"), decoded where it is xtext (RFC 3461)."""
    text = value.partition(";")[2] if re.match(r"\s*[\w-]{1,20}\s*;", value) else value
    text = (
        re.sub(r"\+([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text) if re.search(r"\+(?:2B|3D|40)", text) else text
    )
    match = ADDRESS.search(text[:500])
    return match[0].rstrip(".") if match else ""
