"""Bounces and spam reports: who did not get which copy, how bad it is, and what proves it.

Pure and total. RFC 3464 reports first, one finding a recipient; then `flufl.bounce`, whose *who* is worth more than its
*how bad*; then the texts of Exchange, Gmail, Postfix, Exim, qmail, Sendmail and Lotus, in several languages. Permanent,
temporary, or about us is decided by the enhanced code (RFC 3463) *and* the text: a full mailbox is temporary whatever
the first digit says, and a refusal for policy, reputation or authentication says nothing about the mailbox.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from pscb_mail.foreign import one_line
from pscb_mail.mailbox import mime
from pscb_mail.mailbox.finding import Finding, Kind, Severity
from pscb_mail.mailbox.quotes import plain
from pscb_mail.mailbox.sentences import ADDRESS
from pscb_mail.sending.references import references_in

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_MOST = 100
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:-])([45]\d\d)[ -](?=\S)")

_OURS = re.compile(
    r"\b(?:spam|unsolicited|blacklist\w*|black ?list\w*|block ?list\w*|blocklist\w*|blocked (?:using|by)|dnsbl|rbl|spamhaus|barracuda|reputation|spamcop|sorbs|dmarc|dkim|spf\b|sender (?:address )?(?:rejected|denied|blocked|verify failed)"
    r"|unauthenticated|not authenticated|authentication[- ](?:required|checks?|failed|results)|sender id|content (?:rejected|filter\w*)|message (?:content )?(?:rejected|blocked)|policy (?:violation|reasons?|rejection)|rejected (?:by|due to|for) (?:\w+ )?policy"
    r"|(?:local|security|content|administrative|email) policy|access denied, (?:spamhaus|banned|bad)|banned sender|not authori[sz]ed to send|traffic not accepted|message (?:size|too large|too big)|too large|exceeds (?:the )?(?:maximum )?(?:message )?size|size limit"
    r"|sending (?:limit|quota)|submission quota|message rate|daily (?:sending|user)|too many (?:messages|recipients|connections|hops)|mail loop|your (?:ip|server|domain|host)|reverse dns|ptr record|helo|virus|malware|phish\w*|tls (?:is )?required"
    r"|prohibited|mimecast|proofpoint|suspicious)\b"
)
_OURS_CODES = re.compile(r"^[45]\.(?:7\.\d+|1\.8|1\.7|3\.4|2\.3|6\.\d+|2\.25[1-5])$")
# Policy of one recipient, not of our sending: a group or room that only takes mail from inside (Exchange 5.7.124-136).
_RESTRICTED = re.compile(r"^5\.7\.(?:12\d|13[0-6]|2|3)$")
_RESTRICTED_TEXT = re.compile(
    r"\b(?:notauthori[sz]ed|authrequired|only accepts|restricted (?:recipient|address)|not permitted to (?:send|email)|permission to (?:send|e-?mail)|recipnotfound|delivery (?:to this recipient )?restrict\w*|not allowed to send to)\b"
)
_FULL = re.compile(
    r"\b(?:(?:mailbox|inbox|account|user|recipient|box|mail box|maildir|mail drop|quota)\b.{0,60}\b(?:full|over (?:the |its |his |their )?(?:quota|limit)|over ?quota|exceed\w*|out of (?:space|storage)|is too full)"
    r"|(?:over ?quota|quota (?:is )?(?:exceeded|full)|exceed\w* (?:\w+ ){0,4}(?:quota|storage)|out of storage|not enough (?:storage|space|disk)|insufficient (?:system |disk )?(?:storage|space)|mailfull|disk quota|quotaexceeded|mailbox ?full)"
    r"|postfach (?:ist )?(?:\w+ )?(?:voll|uberfullt)|boite (?:aux lettres |de reception )?(?:\w+ ){0,3}(?:pleine|saturee)|buzon (?:\w+ ){0,3}lleno|caixa (?:\w+ ){0,4}(?:cheia|lotada)|skrzynka (?:\w+ ){0,4}(?:pelna|przepelniona)"
    r"|dezute (?:\w+ ){0,3}(?:pilna|perpildyta)|pastkaste (?:\w+ ){0,3}(?:pilna|parpildita)|(?:casuta|cutia) (?:\w+ ){0,4}plina)\b"
)
_UNKNOWN = re.compile(
    r"\b(?:(?:user|recipient|mailbox|account|address|addressee|member|e-?mail account|email address|local part|alias|person|name)\b.{0,60}?\b(?:unknown|not (?:be )?found|does ?n[o']t exist|does not exist|doesn't exist|no longer (?:exists?|valid|in use)|not exist"
    r"|isn't (?:listed|valid|found)|not listed|not known|invalid|is not valid|not recogni[sz]ed|wasn't found|couldn't be found|could not be found|not a valid|non-?existent|no such)"
    r"|(?:unknown|no such|invalid|bad|nonexistent|non-existent|unrecogni[sz]ed) (?:\w+ )?(?:user|recipient|mailbox|address|account|local part|person|name|destination|alias|addressee)|user unknown|unknown user|no mailbox (?:here )?by that name|no such person"
    r"|unrouteable address|not our customer|recipnotfound|there is no (?:one|user|mailbox|account)|isn't in (?:our|the) (?:directory|system)|not a known user|address (?:couldn't|could not) be found|unknown or illegal alias|no account (?:by|with|of)|mailbox not found"
    r"|empfanger(?:adresse)? (?:\w+ ){0,3}(?:unbekannt|nicht gefunden|existiert nicht)|adresse (?:\w+ ){0,3}(?:introuvable|inconnue|nicht gefunden|n'existe pas)|(?:destinataire|utilisateur) (?:\w+ ){0,3}(?:inconnu|introuvable)"
    r"|(?:direccion|destinatario|usuario) (?:\w+ ){0,4}(?:no (?:existe|se encontro|encontrado|valid[oa])|desconocid[oa])|(?:endereco|destinatario|utilizador|usuario) (?:\w+ ){0,4}(?:nao (?:existe|foi encontrado|encontrado)|desconhecido|inexistente)"
    r"|(?:adres\w*|odbiorc\w*|uzytkownik\w*) (?:\w+ ){0,4}(?:nie istnieje|nieznan\w+|nie zostal\w* znalezion\w+|nie znaleziono)|(?:adresas|gavejas|naudotojas) (?:\w+ ){0,3}(?:nerastas|neegzistuoja|nezinomas)"
    r"|(?:adrese|sanemejs|lietotajs) (?:\w+ ){0,3}(?:nav atrast[sa]|neeksiste|nezinam[sa])|(?:adresa|destinatarul|utilizatorul) (?:\w+ ){0,4}(?:nu (?:exista|a fost gasit\w*)|necunoscut\w*|inexistent\w*))\b"
)
_NO_SUCH_CODES = frozenset({"5.1.1", "5.1.10", "5.1.2", "5.4.1", "5.1.6"})
_LATER = re.compile(
    r"\b(?:delayed|still (?:be )?(?:trying|retry\w*|being retried)|will (?:continue to |keep )?(?:try|trying|retry|be retried)|being retried|has not yet been delivered|not yet been delivered|no action is required on your part|delivery will continue"
    r"|wird weiter versucht|verzogert|retarde[er]?|opoznion\w*|aplazad\w*|retrasad\w*|atrasad\w*|adiad\w*|warning: (?:could not|message)|will continue)\b"
)
_FOR_NOW = re.compile(
    r"\b(?:temporar\w*|try (?:again )?later|greylist\w*|graylist\w*|deferred|timed? ?out|time ?out|connection (?:refused|reset|lost)|resources? (?:temporarily )?unavailable|service unavailable|too busy|expired|retry (?:time|timeout)|4\d\d [-#\w]"
    r"|unable to connect|could not connect|couldn't connect|no route|unreachable|try again|throttl\w*|rate limit\w*)\b"
)
_SUBJECT = re.compile(
    r"^(?:\W*(?:undeliver(?:able|ed)|undelivered mail returned|delivery (?:status notification|failure|failed|notification|has failed|report|problem|error|delayed|incomplete)|mail delivery (?:failed|failure|system|error|problem|status|delayed)|returned mail"
    r"|failure notice|failed (?:mail|delivery)|mail (?:could not be|system error|failure|not delivered|returned)|message (?:undeliverable|could not be delivered|delivery (?:failure|failed)|you sent blocked|status|not delivered|delayed)"
    r"|non[- ]?remis|non delivery|nondeliverable|non-?deliverable|warning: (?:could not send|message .{0,30}delayed)|permanent (?:delivery|fatal)|could not deliver|couldn't be delivered|your message to .{1,60} couldn't|address not found|notice: mail delivery|postmaster notify"
    r"|unzustellbar|nicht zugestellt|nachricht nicht|unzustellbarkeit\w*|fehler(?:hafte)? (?:bei der )?(?:mail)?zustellung|mail(?: )?zustellung|zustellung\w* fehlgeschlagen|non distribuable|message non|echec de (?:la )?(?:remise|livraison|distribution)|avis de non-?remise|no se puede entregar|no entregado"
    r"|mensaje no entregad\w+|fallo (?:en la|de) entrega|correo (?:no entregado|devuelto)|devuelto|nao (?:entregue|foi possivel entregar)|falha (?:na|de) entrega|nao e possivel entregar|nie mozna dostarczyc|niedostarczon\w+|nie dostarczono|niedoreczon\w+|zwrot poczty|blad dostarczania"
    r"|nepristatyt\w+|nepavyko pristatyti|neislaikytas|nepiegadat\w+|neizdevas piegadat|nu (?:poate fi|a putut fi) livrat|nelivrat|mesaj nelivrat|imposibil de livrat|livrare esuata|onbestelbaar|non recapitabile))\b"
)
_SENDER = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|microsoftexchange\w*|mail-?delivery\w*|mail\.delivery|mailsystem|postoffice|maildelivery|exchange|bounce\w*)(?:[+\-_.]\S*)?@|^mailer-daemon$",
    re.IGNORECASE,
)
_SENDER_NAME = re.compile(
    r"\b(?:mail delivery (?:sub)?system|mail delivery service|mailer[- ]daemon|postmaster|microsoft outlook|system administrator|mail administrator|delivery subsystem|mail server|mail router)\b"
)
_COPY_BELOW = re.compile(
    r"^[ \t>]*(?:-{2,}.{0,60}(?:below this line|copy of (?:the|your) message|original message|returned message|message headers|message header|headers follow|unsent message|undelivered message).{0,100}"
    r"|original message (?:details|headers).{0,20}|(?:the )?(?:header|original message|message headers?) (?:of the original message )?(?:follows?|is(?: attached)? below).{0,40}|diagnostic information for administrators.{0,10}|received: from .{1,200}|return-path: .{1,200})$",
    re.IGNORECASE | re.MULTILINE,
)
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


def verdict(status: str, text: str, action: str = "") -> tuple[Severity, bool]:
    """Return how bad a bounce is, and whether it says for certain that there is no such mailbox.

    `status`: the enhanced code or ""; `text`: the diagnostic; `action`: of RFC 3464 or "".
    """
    words = plain(text[:4000])
    if action == "delayed" or (not action and _LATER.search(words) and not status.startswith("5")):
        return Severity.DELAYED, False
    if _FULL.search(words) or status in {"4.2.2", "5.2.2"}:
        ours = re.search(r"\b(?:submission|sender's|your mailbox)\b", words)
        return (Severity.OURS if ours else Severity.TEMPORARY), False
    unknown = bool(_UNKNOWN.search(words))
    if _RESTRICTED.match(status) or (_RESTRICTED_TEXT.search(words) and not unknown):
        return Severity.PERMANENT, False
    if _is_ours(status, words, unknown=unknown):
        return Severity.OURS, False
    if status.startswith("4") or (status in {"5.4.7", "5.4.0", "5.0.0", ""} and not unknown and _FOR_NOW.search(words)):
        return Severity.TEMPORARY, False
    if not status and not unknown and _first_code(text).startswith("4"):
        return Severity.TEMPORARY, False
    sure = status in _NO_SUCH_CODES or (unknown and not status.startswith(("5.4", "5.2", "5.3")))
    return Severity.PERMANENT, sure


def _is_ours(status: str, words: str, *, unknown: bool) -> bool:
    """Whether a refusal is about our mail or our server. A text that names an unknown user outweighs a policy code."""
    if re.search(r"\bgr[ea]y-?list", words):
        return False
    if _OURS_CODES.match(status):
        return not unknown or bool(_OURS.search(words))
    strong = _OURS.search(words)
    return bool(strong) and not (
        unknown and status in _NO_SUCH_CODES and not re.search(r"block|spamhaus|blacklist|reputation", words)
    )


def _first_code(text: str) -> str:
    match = _CODE.search(text)
    return match[1] if match else ""


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
    return tuple(_of_text(incoming, returned)) if _looks_like_one(incoming) else ()


def is_other_report(incoming: "Incoming") -> bool:
    """Whether it is a report that nobody acts on: of success (RFC 3464 section 2.3.3), or "not spam" (RFC 5965)."""
    kinds = {"message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
    return any(part.media_type in kinds for part in incoming.parts)


def complaint(incoming: "Incoming") -> Finding | None:
    """Return the finding of a spam report (ARF, RFC 5965); "not-spam" and reports on authentication are none."""
    part = next((part for part in incoming.parts if part.media_type == "message/feedback-report"), None)
    if part is None:
        return None
    fields = dict(reversed(_fields(part.text)))
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind in {"not-spam", "auth-failure", "dmarc"}:
        return None
    returned = returned_of(incoming)
    who = _address(fields.get("original-rcpt-to", "")) or _address(fields.get("removal-recipient", "")) or returned.to
    return Finding(
        Kind.COMPLAINT,
        one_line(f"Feedback-Type: {kind}", 300),
        who,
        references=returned.references,
        message_ids=returned.message_ids,
    )


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
                to = _address(value)
        if part.media_type in {"message/delivery-status", "message/feedback-report", "message/global-delivery-status"}:
            for name, value in _fields(part.text):
                references += references_in(value) if name in {"original-envelope-id", "x-pscb-mail"} else ()
    for name, value in _FIELD.findall(incoming.whole_text[:100_000]):
        if name.lower() in {"message-id", "x-pscb-mail", "original-envelope-id"}:
            references += references_in(value)
            ids += re.findall(r"<[^<>\s]{1,400}>", value) if name.lower() == "message-id" else []
        if name.lower() == "to" and not to:
            to = _address(value)
    return Returned(tuple(dict.fromkeys(references))[:_MOST], tuple(dict.fromkeys(ids))[:_MOST], to)


def _of_report(incoming: "Incoming", text: str, returned: Returned) -> Iterator[Finding]:
    """Yield a finding for each recipient's group of fields (RFC 3464 section 2.3)."""
    seen: set[str] = set()
    for group in re.split(r"\n[ \t]*\n+", text)[: _MOST * 2]:
        fields = dict(reversed(_fields(group)))
        action = fields.get("action", "").partition(" ")[0].strip().lower()
        final, original = _address(fields.get("final-recipient", "")), _address(fields.get("original-recipient", ""))
        if not (final or original or action) or action in {"relayed", "delivered", "expanded"}:
            continue
        who = original or final or returned.to
        if who.casefold() in seen or len(seen) >= _MOST:
            continue
        seen.add(who.casefold())
        yield _finding(incoming, who, fields, action, returned)


def _finding(incoming: "Incoming", who: str, fields: dict[str, str], action: str, returned: Returned) -> Finding:
    diagnostic = fields.get("diagnostic-code", "") or fields.get("x-supplementary-info", "")
    text = diagnostic.partition(";")[2] if re.match(r"\s*[\w-]{1,20}\s*;", diagnostic) else diagnostic
    status = _status(fields.get("status", ""), text, incoming.new_words if not text else "")
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


def _status(field: str, diagnostic: str, words: str) -> str:
    """Return the enhanced code: the field's unless it says nothing (x.0.0) and the diagnostic says more."""
    own = _STATUS.search(field)
    more = _STATUS.search(diagnostic) or (_STATUS.search(words) if own is None or own[1].endswith(".0.0") else None)
    if own is None:
        return more[1] if more else ""
    return more[1] if more and own[1].endswith(".0.0") else own[1]


def _looks_like_one(incoming: "Incoming") -> bool:
    """Whether a message without a report in it may be a bounce: who sends it, and what the subject says."""
    subject = plain(incoming.subject)
    if incoming.header("x-failed-recipients"):
        return True
    if incoming.report_type == "delivery-status":
        return True
    by_machine = bool(
        incoming.return_path == ""
        or _SENDER.search(incoming.sender)
        or _SENDER_NAME.search(plain(incoming.sender_name))
        or not incoming.sender
    )
    text = plain(incoming.whole_text[:3000])
    return by_machine and bool(_SUBJECT.match(subject) or _TELLS.search(text))


_TELLS = re.compile(
    r"\b(?:(?:could not|couldn't|cannot|was not|wasn't|unable to|not) be delivered|delivery (?:to the following|has failed|failed)|undeliverable|(?:unable|failed) to deliver|permanent(?:ly)? (?:fatal )?(?:error|failure)|rejected your message"
    r"|did not reach the following|returned to sender|not listed in (?:the )?(?:domino|public)|has been delayed|zugestellt|remis au|no se ha podido entregar|nie zostala dostarczona|nao foi entregue)\b"
)


def _of_text(incoming: "Incoming", returned: Returned) -> Iterator[Finding]:
    """Yield findings out of a report in prose: flufl.bounce's recipients, else the addresses in the text."""
    text = incoming.new_words or incoming.whole_text
    split = _COPY_BELOW.split(incoming.whole_text[:20_000], maxsplit=1)
    said = split[0] if split[0].strip() else text[:5000]
    failed = [_address(item) for item in incoming.header("x-failed-recipients").split(",")[:_MOST]]
    who = (
        [address for address in failed if address]
        or _flufl(incoming)
        or _addresses_in(said, incoming)
        or ([returned.to] if returned.to else [""])
    )
    for address in who[:_MOST]:
        about = _passage(said, address) if len(who) > 1 else said
        status = _status("", about, incoming.subject)
        severity, sure = verdict(status, f"{incoming.subject if 'delay' in incoming.subject.lower() else ''} {about}")
        yield Finding(
            Kind.BOUNCE,
            one_line(_telling(about) or incoming.subject, 300),
            address,
            references=returned.references,
            message_ids=returned.message_ids,
            severity=severity,
            status=status,
            no_such_mailbox=sure,
        )


def _addresses_in(text: str, incoming: "Incoming") -> list[str]:
    """Return the first address in the text that is nobody's of this report's own: not From, not ours, no daemon."""
    own = {incoming.sender.casefold(), *(address.casefold() for address in incoming.recipients)}
    found = [
        a for a in dict.fromkeys(ADDRESS.findall(text[:5000])) if a.casefold() not in own and not _SENDER.search(a)
    ]
    return found[:1]


def _passage(text: str, address: str) -> str:
    """Return what a report says about one of several recipients: from its address to the next."""
    start = text.casefold().find(address.casefold())
    if start < 0:
        return text
    rest = text[start + len(address) :]
    following = ADDRESS.search(rest)
    return text[start : start + len(address)] + rest[: following.start() if following else 1500]


def _telling(text: str) -> str:
    """Return the line that tells why: with a code, or with words that are known."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:200]
    for pattern in (_STATUS, _CODE):
        for line in lines:
            if pattern.search(line):
                return line
    for line in lines:
        words = plain(line[:500])
        if _UNKNOWN.search(words) or _FULL.search(words) or _OURS.search(words) or _LATER.search(words):
            return line
    return lines[0] if lines else ""


def _flufl(incoming: "Incoming") -> list[str]:
    """Return the recipients that flufl.bounce finds, on a small copy of the message; it raises on odd ones."""
    head = "".join(f"{name}: {one_line(value, 900)}\n" for name, value in incoming.headers[:100] if name in _FOR_FLUFL)
    try:
        copy = message_from_bytes(f"{head}\n{incoming.whole_text[:20_000]}\n".encode("utf-8", "replace"))
        temporary, permanent = all_failures(copy)
    except Exception:  # noqa: BLE001 - a detector of theirs failed on foreign bytes: then it found nobody
        return []
    own = {incoming.sender.casefold(), *(address.casefold() for address in incoming.recipients)}
    found = sorted(_address(item.decode("utf-8", "replace")) for item in {*temporary, *permanent})
    return [address for address in found if address and address.casefold() not in own]


_FOR_FLUFL = frozenset({"from", "to", "subject", "date", "message-id", "x-failed-recipients", "x-mailer"})


def _fields(text: str) -> list[tuple[str, str]]:
    return list(mime.headers_of(mime.normalised(text.encode("utf-8", "replace")).lstrip(b"\n")))


def _address(value: str) -> str:
    """Return the address of a recipient field ("rfc822; jo@school.example"), decoded where it is xtext (RFC 3461)."""
    text = value.partition(";")[2] if re.match(r"\s*[\w-]{1,20}\s*;", value) else value
    text = (
        re.sub(r"\+([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text) if re.search(r"\+(?:2B|3D|40)", text) else text
    )
    match = ADDRESS.search(text[:500])
    return match[0].rstrip(".") if match else ""
