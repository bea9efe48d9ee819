"""How bad a bounce is, by its enhanced code *and* its text.

Pure. A full mailbox is temporary whatever the first digit says; a refusal for policy, reputation or authentication is
about us and says nothing about the mailbox; a text that names an unknown user outweighs a code that says less. Sources:
RFC 3463; Microsoft "NDR error codes in Exchange Online"; the texts of the servers named in `bounces`.
"""

import re

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.finding import Severity
from pscb_mail.mailbox.parsing.quotes import plain

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
# Of a server's reply, and not of what a report's address or telephone number is made of.
_STATUS_IN_WORDS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:-])([45][0-57]\d)(?: |-(?!\d{3}-\d))(?=\S)")
_OURS = re.compile(
    r"\b(?:spam\w*|unsolicited|(?<!may be )black ?list\w*|block ?list\w*|blocklist\w*|blocked (?:using|by)|dnsbl|rbl"
    r"|barracuda|reputation|sorbs|dmarc|dkim|spf\b|sender (?:address )?(?:rejected|denied|blocked"
    r"|verify failed)|unauthenticated|not authenticated|authentication[- ](?:required|checks?|failed|results)"
    r"|sender id|content (?:reject\w*|filter\w*)|message (?:content )?(?:rejected|blocked)|policy (?:violation|reasons?"
    r"|rejection)|rejected (?:by|due to|for) (?:\w+ )?policy|(?:local|security|content|administrative|email) policy"
    r"|access denied, (?:spamhaus|banned|bad)|banned sender|not authori[sz]ed to send|traffic not accepted"
    r"|message (?:size|too large|too big)|too large|exceeds (?:the )?(?:maximum )?(?:message )?size|size limit"
    r"|(?:sending|relay) (?:limit|quota)|submission quota|message rate|daily (?:sending|user)|too many (?:messages"
    r"|recipients|connections|hops)|loop\w*|hop count|recursion|(?:messages?|mail) from (?:ip )?\[?\d|your (?:ip"
    r"|server|domain|host)|reverse dns|ptr record|helo|virus|malware|phish\w*|tls (?:is )?required"
    r"|requires? (?:encryption|tls|starttls)|(?:e-?mail|message) size|prohibited|mimecast|proofpoint|suspicious)\b"
)
# About who sends, from where, what, or how fast: where neither a code nor the rest of the text speaks of the recipient.
_OURS_IN_WORDS = re.compile(
    r"\b(?:polic(?:y|ies)|(?<!target )ips?(?: address(?:es)?| name)?|client host|relay host|(?:your|sending"
    r"|dynamic) (?:\w+ )?(?:ips?|hosts?|hostname|remotehost|server|network|domain|access|e-?mail address)"
    r"|open (?:proxy|relay)|syntax error|line terminator|not been verified|blocked message|message blocked"
    r"|forwarded more|rdns|(?<!to )(?:invalid |bad )?sender(?:'s)? (?:\w+ ){0,3}(?:rejected|denied|blocked|not|empty"
    r"|listed|invalid|verify|address|domain)|(?:invalid|bad|unknown) sender|domain of sender|emetteur"
    r"|mail ?from\b.{0,60}(?:refused|denied|rejected|listed)|(?:server|system|we) (?:does not|do not"
    r"|don't) accept (?:\w+ )?mail from|access to submit|not allowed to (?:connect|send)|(?:blocked|refused) - see"
    r"|administrative(?:ly)? prohibit\w*|outgoing mail|content|headers? (?:\w+ ){0,2}(?:denied|rejected|error"
    r"|not accepted)|filter\w*|bulk|mass mail\w*|outbound|network not allowed|from:? (?:domain|address) is"
    r"|per (?:session|connection|hour)|anti-?spam|pattern detection|listed as|slower|threshold|throttl\w*"
    r"|rate limit\w*|complaints|trop de connexions|too many|rfc[ .]?\d+|smtp auth\w*|taille limite"
    r"|(?:no|missing) (?:\S+ )?(?:headers?|fields?)|mail rejete|your .{0,40} misconfigured|advertise auth"
    r"|headers? .{0,20}too long|(?:resolve|find|verify) your|(?:host|server|relay|address) (?:at )?\S+ is"
    r" (?:blocked|listed)|from (?:your )?mail server|your isp|batv|backscatter|bouncedeny|envelope senders?"
    r"|bogus mail from|mail from not|fully qualified|message (?:was )?refused|(?<!mail with )attachments?"
    r"|organi[sz]ational settings|low priority|multiple addresses|protocol violation|(?:for|due to) abuse|captcha)\b"
)
_OURS_CODES = re.compile(r"^[45]\.(?:7\.\d+|1\.8|1\.7|3\.4|2\.3|6\.\d+|2\.25[1-5])$")
# Policy of one recipient, not of our sending: a group or room that only takes mail from inside (Exchange 5.7.124-136).
_RESTRICTED = re.compile(r"^5\.7\.(?:12\d?|13[0-6]?|2|3)$")
_RESTRICTED_TEXT = re.compile(
    r"\b(?:notauthori[sz]ed|authrequired|only accepts|restricted (?:recipient|address)|not permitted to (?:send|email)"
    r"|permission to (?:send|e-?mail|post)|recipnotfound|delivery (?:to this recipient )?restrict\w*"
    r"|not allowed to send to|(?:blocked|refused|rejected) (?:by|due to) (?:the )?(?:recipient|user)\b"
    r"(?! (?:domain|server|system|mail))|user rules"
    r"|recipient(?:'s)? (?:preferences|rules)|refuses? to (?:receive|accept)|accepting any mail|members? (?:of|only)"
    r"|not subscribed to|allowed to post|pre-approved)\b"
)
# Of the recipient's account, not of ours ("your account"), nor of a sender's.
_DISABLED = re.compile(
    r"(?<!your )(?<!sender )\b(?:user|account|mailbox|recipient|address|conta|cuenta|compte|konto|postfach|skrzynka)"
    r" (?:\S+ ){0,4}(?:disabled|deactivated|deaktiviert|desativad[oa]|desactivad[oa]|desactive|zablokowan\w+"
    r"|nieaktywn\w+)\b"
)
# The server that the domain names as its own does not take mail for it: about the address, not about our mail.
_NOT_THEIRS = re.compile(
    r"\b(?:relay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed))|(?:unable|not (?:permitted|allowed))"
    r" to relay|(?:does|do|will|can) ?not (?:\w+ )?relay|(?:doesn't|don't|won't|can't) (?:\w+ )?relay"
    r"|(?:not an? (?:\w+ )?|no )relay|(?:use|using) .{0,80}\bas a relay|rcpthosts)\b"
)
_FULL = re.compile(
    r"\b(?:(?:mailbox|inbox|account|user|recipient|box|mail box|maildir|mail drop|quota)\b.{0,60}\b(?:full"
    r"|over (?:the |its |his |their )?(?:quota|limit)|over ?quota|exceed\w*|out of (?:space|storage)|is too full)"
    r"|(?:over ?quota|quota (?:is )?(?:exceeded|full)|exceed\w* (?:\w+ ){0,4}(?:quota|storage)|out of storage"
    r"|not enough (?:storage|space|disk)|insufficient (?:system |disk )?(?:storage|space)|mailfull|\w{0,20}disk quota"
    r"|quotaexceeded|mailbox ?full|full (?:mailbox|inbox|mailfolder)|mail ?folder is full|message count|space left"
    r"|receive (?:any )?more mail|mail file size|storage limit|allowed quota|quota (?:violation|not)"
    r"|speicher(?:volumen|platz|grenze)|space (?:\w+ ){0,3}used up|too much mail|too many messages on"
    r"|have enough (?:\w+ )?space|maximum (?:allowed )?storage)|postfach (?:ist )?(?:\w+ )?(?:voll|uberfullt)"
    r"|boite (?:aux lettres |de reception )?(?:\w+ ){0,3}(?:pleine|saturee)|buzon (?:\w+ ){0,3}lleno"
    r"|caixa (?:\w+ ){0,4}(?:cheia|lotada)|skrzynka (?:\w+ ){0,4}(?:pelna|przepelniona)|dezute (?:\w+ ){0,3}(?:pilna"
    r"|perpildyta)|pastkaste (?:\w+ ){0,3}(?:pilna|parpildita)|(?:casuta|cutia) (?:\w+ ){0,4}plina|(?:postvak"
    r"|mailbox) (?:\w+ ){0,4}vol|casella (?:\w+ ){0,4}piena)\b"
)
_UNKNOWN = re.compile(
    r"\b(?:(?:user|recipient|mailbox|account|address|addressee|member|e-?mail account|email address|local part|alias"
    r"|person|name(?! (?:service|server|or service)\b))\b.{0,60}?\b(?:unknown|not (?:be )?found|does ?n[o']t exist"
    r"|does not exist|doesn't exist|no longer (?:exists?|valid|in use)|not exist|isn't (?:listed|valid|found)"
    r"|not listed|not known|invalid|is not valid|not recogni[sz]ed|wasn't found|couldn't be found|could not be found"
    r"|not a valid|non-?existent|no such)|(?:unknown|no such|invalid|bad|nonexistent|non-existent"
    r"|unrecogni[sz]ed) (?:\w+ )?(?:user|recipient|mailbox|address|account|local part|person|name|destination|alias"
    r"|addressee)|user unknown|unknown user|no (?:such )?mail ?box (?:here |is )?(?:by that name|found|available"
    r"|exists|for)|no such person|unrouteable address|not our customer|recipnotfound|there is no (?:one|user|mailbox"
    r"|account)|(?:isn't|not) in (?:(?:our|the) )?(?:directory|system|address ?book)|not a (?:known|valid|local"
    r"|registered) (?:user|recipient|mailbox|address|account)|address (?:couldn't|could not) be found"
    r"|unknown or illegal alias|no account (?:by|with|of)|mailbox not found|(?:account|mailbox) (?:has |is "
    r"|was )?expired|empfanger(?:adresse)? (?:\w+ ){0,3}(?:unbekannt|nicht gefunden|existiert nicht)"
    r"|adresse (?:\w+ ){0,3}(?:introuvable|inconnue|nicht gefunden|n'existe pas)|(?:destinataire"
    r"|utilisateur) (?:\w+ ){0,3}(?:inconnu|introuvable)|(?:direccion|destinatario"
    r"|usuario) (?:\w+ ){0,4}(?:no (?:existe|se encontro|encontrado|valid[oa])|desconocid[oa])|(?:endereco"
    r"|destinatario|utilizador|usuario) (?:\w+ ){0,4}(?:nao (?:existe|foi encontrado|encontrado)|desconhecido"
    r"|inexistente)|(?:adres\w*|odbiorc\w*|uzytkownik\w*) (?:\w+ ){0,4}(?:nie istnieje|nieznan\w+"
    r"|nie zostal\w* znalezion\w+|nie znaleziono)|(?:adresas|gavejas|naudotojas) (?:\w+ ){0,3}(?:nerastas|neegzistuoja"
    r"|nezinomas)|(?:adrese|sanemejs|lietotajs) (?:\w+ ){0,3}(?:nav atrast[sa]|neeksiste|nezinam[sa])|(?:adresa"
    r"|destinatarul|utilizatorul) (?:\w+ ){0,4}(?:nu (?:exista|a fost gasit\w*)|necunoscut\w*|inexistent\w*)|(?:utente"
    r"|destinatario|indirizzo|casella) (?:\w+ ){0,4}(?:sconosciut[oa]|inesistente|non (?:esiste|trovat[oa]))"
    r"|(?:geadresseerde|gebruiker|ontvanger|adres) (?:\w+ ){0,4}(?:onbekend|niet gevonden|bestaat niet))\b"
)
# Gateways sign their refusals with a link to their own pages, and have hosts called after what they are against: that
# names them, and is no reason.
_LINK = re.compile(r"\bhttps?://\S+")
_NAME = re.compile(r"\bhttps?://\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.[a-z]{2,63}\b")
_NO_SUCH_CODES = frozenset({"5.1.1", "5.1.10", "5.1.2", "5.4.1", "5.1.6"})
_LATER = re.compile(
    r"\b(?:delayed|still (?:be )?(?:trying|retry\w*|being retried)|will (?:continue to |keep )?(?:try|trying|retry"
    r"|be retried)|being retried|has not yet been delivered|not yet been delivered|no action is required on your part"
    r"|delivery will continue|go on trying|longer than (?:expected|usual)|(?:has been|is) queued for"
    r"|wird weiter versucht|verzogert|retarde[er]?|opoznion\w*|aplazad\w*|retrasad\w*|atrasad\w*|adiad\w*"
    r"|warning: (?:could not|message)|will continue)\b"
)
_FOR_NOW = re.compile(
    r"\b(?:temporar\w*|try (?:again )?later|greylist\w*|graylist\w*|deferred|timed? ?out|time ?out"
    r"|connection (?:was )?(?:refused|reset|lost|dropped|closed|aborted)|resources? (?:temporarily )?unavailable"
    r"|(?:service|currently|temporarily) (?:\w+ )?unavailable"
    r"|too busy|expired|retry (?:time|timeout)|4\d\d [-#\w]|giving up on"
    r"|been failing|after \d+ (?:tries|attempts|hours?|days?)|(?:did|does|has) not respond(?:ed)?|in the queue"
    r"|queue file|(?:delivered|queued?) for (?:more than|\d+)|interrupted|error in processing|lookup failure"
    r"|find a gateway|at a rate that|unable to connect|socket error|accept (?:\w+ ){0,3}connect\w*|could not connect"
    r"|internal (?:server )?error|not been collected|could not load"
    r"|couldn't connect|no route|unreachable|not (?:reachable|responding)|try again|plus tard|throttl\w*"
    r"|rate limit\w*)\b"
)


def verdict(status: str, text: str, action: str = "") -> tuple[Severity, bool]:
    """Return how bad a bounce is, and whether it says for certain that there is no such mailbox.

    `status`: the enhanced code or ""; `text`: the diagnostic; `action`: of RFC 3464 or "".
    """
    words = plain(text[:4000]).replace("_", " ")
    # A gateway's 4.0.0 says nothing where the server's own reply was final.
    status = "5.0.0" if status == "4.0.0" and _first_code(text).startswith("5") else status
    if action == "delayed" or (not action and _LATER.search(words) and not status.startswith("5")):
        return Severity.DELAYED, False
    if _FULL.search(words) or status in {"4.2.2", "5.2.2"}:
        ours = re.search(r"\b(?:submission|(?:sending|relay) quota|sender's|your mailbox)\b", words)
        return (Severity.OURS if ours else Severity.TEMPORARY), False
    unknown = bool(_UNKNOWN.search(words))
    if _is_restricted(status, words, unknown=unknown):
        return Severity.PERMANENT, False
    if _is_ours(status, words, unknown=unknown):
        return Severity.OURS, False
    # Final, but for a cause that passes: retries that ran out, a server that was away (RFC 3463 X.4.7, and Exchange's
    # 5.4.3xx).
    for_now = re.fullmatch(r"|5\.0\.0|5\.4\.(?:0|7|3\d\d)", status) and (
        _FOR_NOW.search(words) or _first_code(text).startswith("4")
    )
    # Servers that are being set up refuse everything for the time being; given up on, an unknown user stays unknown.
    gone = unknown or bool(_NO_HOST.search(words))
    if (status.startswith("4") and not (unknown and _OF_ADDRESS.match(status))) or (for_now and not gone):
        return Severity.TEMPORARY, False
    guessed = _GUESS.search(words)
    sure = status in _NO_SUCH_CODES or (unknown and not guessed and not status.startswith(("4", "5.4", "5.2", "5.3")))
    return Severity.PERMANENT, sure


_OF_ADDRESS = re.compile(r"4\.[015]\.")
# A reporter's own words, which name every reason that there could be.
_GUESS = re.compile(r"\b(?:may|might) not exist\b")
# What a name server said for sure, whatever happens to the message's other recipients.
_NO_HOST = re.compile(r"\bhost unknown\b|\bauthoritative answer\b")


def _is_restricted(status: str, words: str, *, unknown: bool) -> bool:
    """Whether a refusal is about whom this recipient takes mail from, or about their server not being theirs."""
    if _RESTRICTED.match(status) and not _FROM_A_HOST.search(words):
        return True
    if status.startswith("5.7.") and _TURNED_AWAY.search(words):
        return True
    if _NOT_THEIRS.search(words) and status not in {"5.7.64", "4.7.1"} and "credentials" not in words:
        return True
    passing = _FOR_NOW.search(words) or "4" in {status[:1], _first_code(words)[:1]}
    disabled = (_DISABLED.search(words) or _TAKES_NO_MAIL.search(words)) and not passing
    return bool(_RESTRICTED_TEXT.search(words) or disabled) and not unknown


# Content is about us, whatever the code (5.7.3 is "not possible" in RFC 3463, and of several meanings elsewhere).
_FROM_A_HOST = re.compile(r"\b(?:(?:messages?|mail) from (?:ip )?\[?\d|content reject)")
# Postfix, by a table of recipients; what its other tables refuse begins with "sender" or "client host".
_TURNED_AWAY = re.compile(r"\brecipient address rejected: access denied")


def _is_ours(status: str, words: str, *, unknown: bool) -> bool:
    """Whether a refusal is about our mail or our server. A text that names an unknown user outweighs a policy code."""
    if re.search(r"\bgr[ea]y-?list", words):
        return False
    if _is_before_the_recipient(words):
        return True
    strong = _OURS.search(_NAME.sub(" ", words) if unknown else words)
    if _OURS_CODES.match(status):
        return not unknown or bool(strong) or status.endswith((".1.7", ".1.8"))
    # X.5: what was wrong with the dialogue (RFC 3463 section 3.6), unless servers put a recipient there all the same,
    # or whatever else fails (X.5.0).
    if status.startswith("5.5.") and status != "5.5.0" and not _OF_A_RECIPIENT.search(words):
        return True
    if strong is None:
        hints = _OURS_IN_WORDS.search(_LINK.sub(" ", words)) or (_AT_DATA.search(words) and _is_of_message(words))
        return not unknown and bool(_SAYS_NOTHING.fullmatch(status)) and bool(hints)
    return not (unknown and status in _NO_SUCH_CODES and not re.search(r"block|spamhaus|blacklist|reputation", words))


def _is_before_the_recipient(words: str) -> bool:
    """Whether a server refused for good, and not for now, before it could know whom the mail was for."""
    if not _BEFORE_RCPT.search(words) or not _first_code(words).startswith("5"):
        return False
    return not (_TAKES_NO_MAIL.search(words) or _FOR_NOW.search(words))


# As Exim, Postfix, Sendmail, qmail, Yahoo and SendGrid tell it: at the greeting or the sender (RFC 5321 section 3.3).
_BEFORE_RCPT = re.compile(
    r"\b(?:after (?:initial connection|(?:pipelined )?mail from|ehlo|helo|starttls)|in reply to (?:mail from|ehlo|helo"
    r"|initial server greeting)|in (?:handshake|mail from|ehlo|helo)|but (?:sender was|my name was) rejected)\b"
    r"|\[(?:mail from|connect|ehlo|helo)\]|>>> (?:mail from|ehlo|helo)\b[^<>]{0,60}(?:<[^<>]{0,320}>)?[^<>]{0,100}<<< 5"
)
# Of a domain that takes no mail at all, as one says that has a null MX (RFC 7505).
_TAKES_NO_MAIL = re.compile(
    r"\bno (?:smtp|mail) service\b|\b(?:does|do) not accept (?:any )?mail\b(?! (?:from|without|unless|with|over|via)\b)"
)
# The recipient had been accepted by then: what was refused is the message.
_AT_DATA = re.compile(r"\bafter end of data\b|\bend of data command\b|>>> data <<< 5")


def _is_of_message(words: str) -> bool:
    return not _OF_A_RECIPIENT.search(ADDRESS.sub(" ", words))


_SAYS_NOTHING = re.compile(r"|5\.[035]\.\d+|5\.\d\.0")
_OF_A_RECIPIENT = re.compile(r"\b(?:recipient|user|mailbox|account|address|destinataire|alias)\b")


def _first_code(text: str) -> str:
    match = _CODE.search(text)
    return match[1] if match else ""


def status_of(field: str, diagnostic: str, words: str) -> str:
    """Return the enhanced code: the field's unless it says nothing (x.0.0) and the diagnostic says more."""
    own = _STATUS.search(field)
    more = _STATUS_IN_WORDS.search(diagnostic) or (
        _STATUS_IN_WORDS.search(words) if own is None or own[1].endswith(".0.0") else None
    )
    if own is None:
        return more[1] if more else ""
    return more[1] if more and own[1].endswith(".0.0") else own[1]


def tells(text: str) -> bool:
    """Whether a text says why a message came back, or that it is late: by a code, or in words that are known."""
    words = plain(text[:4000])
    return tells_of_a_mailbox(text) or bool(_OURS.search(words) or _LATER.search(words))


def explains(text: str) -> bool:
    """Whether a text says why, or that it may pass: enough to judge a recipient by it alone."""
    return tells(text) or bool(_FOR_NOW.search(plain(text[:4000])))


def says_later(text: str) -> bool:
    """Whether a text says that the server goes on trying."""
    return bool(_LATER.search(plain(text[:4000])))


def reply_in(text: str) -> str:
    """Return what the other server replied, where a report quotes it and it names a reason; "" elsewhere.

    What stands around it are the reporter's general words, which often name every reason that there could be.
    """
    replies = " ".join(match[0] for match in _REPLY.finditer(text[:4000]))
    # A report may say in its own words at which command that was.
    replies += f" {when_refused(text)}"
    words = plain(replies)
    return replies if any(pattern.search(words) for pattern in _REASONS) else ""


def when_refused(text: str) -> str:
    """Return the words that say at which command it was refused, before the recipient or behind; "" elsewhere."""
    words = plain(text[:4000])
    found = _AT_DATA.search(words) or _BEFORE_RCPT.search(words)
    return found[0] if found else ""


# From a reply's code (RFC 5321 section 4.2) to the end of its paragraph.
_REPLY = re.compile(r"(?<![\d.:-])[45][0-57]\d(?: |-(?!\d{3}-\d))(?=[A-Za-z#<\d])(?:.|\n(?![ \t]*\n)){1,1500}")
_REASONS = (_AT_DATA, _BEFORE_RCPT, _UNKNOWN, _FULL, _OURS, _RESTRICTED_TEXT, _DISABLED, _NOT_THEIRS)


def tells_of_a_mailbox(text: str) -> bool:
    """Whether a text has the code of a reply, or speaks of a mailbox that is full or that nobody has."""
    if _STATUS_IN_WORDS.search(text[:4000]) or re.search(r"(?<![\d.:-])[45][0-7]\d[ -](?=[A-Za-z#\d])", text[:4000]):
        return True
    words = plain(text[:4000])
    return bool(_UNKNOWN.search(words) or _FULL.search(words))


def telling_line(text: str, address: str = "") -> str:
    """Return the line that tells why: with a code, with words that are known, or else what stands with the address."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:200]
    for pattern in (_STATUS_IN_WORDS, _CODE):
        for line in lines:
            if pattern.search(line):
                return line
    for line in lines:
        words = plain(line[:500])
        if any(pattern.search(words) for pattern in (*_REASONS, _LATER, _FOR_NOW)):
            return line
    return _beside(lines, address) or (lines[0] if lines else "")


def _beside(lines: list[str], address: str) -> str:
    """Return the line that says more than the address that it has, or the one below it."""
    at = next((i for i, line in enumerate(lines) if address and address in line), None)
    if at is None:
        return ""
    more = re.search(r"\w", lines[at].replace(address, ""))
    return lines[at] if more else lines[min(at + 1, len(lines) - 1)]
