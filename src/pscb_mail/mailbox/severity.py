"""How bad a bounce is, by its enhanced code *and* its text.

Pure. A full mailbox is temporary whatever the first digit says; a refusal for policy, reputation or authentication is
about us and says nothing about the mailbox; a text that names an unknown user outweighs a code that says less. Sources:
RFC 3463; Microsoft "NDR error codes in Exchange Online"; the texts of the servers named in `bounces`.
"""

import re

from pscb_mail.mailbox.finding import Severity
from pscb_mail.mailbox.quotes import plain

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:-])([45]\d\d)[ -](?=\S)")
_OURS = re.compile(
    r"\b(?:spam|unsolicited|blacklist\w*|black ?list\w*|block ?list\w*|blocklist\w*|blocked (?:using|by)|dnsbl|rbl"
    r"|spamhaus|barracuda|reputation|spamcop|sorbs|dmarc|dkim|spf\b|sender (?:address )?(?:rejected|denied|blocked"
    r"|verify failed)|unauthenticated|not authenticated|authentication[- ](?:required|checks?|failed|results)"
    r"|sender id|content (?:rejected|filter\w*)|message (?:content )?(?:rejected|blocked)|policy (?:violation|reasons?"
    r"|rejection)|rejected (?:by|due to|for) (?:\w+ )?policy|(?:local|security|content|administrative|email) policy"
    r"|access denied, (?:spamhaus|banned|bad)|banned sender|not authori[sz]ed to send|traffic not accepted"
    r"|message (?:size|too large|too big)|too large|exceeds (?:the )?(?:maximum )?(?:message )?size|size limit"
    r"|sending (?:limit|quota)|submission quota|message rate|daily (?:sending|user)|too many (?:messages|recipients"
    r"|connections|hops)|loop\w*|hop count|recursion|(?:messages?|mail) from (?:ip )?\[?\d|your (?:ip|server|domain"
    r"|host)|reverse dns|ptr record|helo|virus|malware|phish\w*|tls (?:is )?required|requires? (?:encryption|tls"
    r"|starttls)|(?:e-?mail|message) size|prohibited|mimecast|proofpoint|suspicious)\b"
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
    r"|headers? .{0,20}too long)\b"
)
_OURS_CODES = re.compile(r"^[45]\.(?:7\.\d+|1\.8|1\.7|3\.4|2\.3|6\.\d+|2\.25[1-5])$")
# Policy of one recipient, not of our sending: a group or room that only takes mail from inside (Exchange 5.7.124-136).
_RESTRICTED = re.compile(r"^5\.7\.(?:12\d?|13[0-6]?|2|3)$")
_RESTRICTED_TEXT = re.compile(
    r"\b(?:notauthori[sz]ed|authrequired|only accepts|restricted (?:recipient|address)|not permitted to (?:send|email)"
    r"|permission to (?:send|e-?mail|post)|recipnotfound|delivery (?:to this recipient )?restrict\w*"
    r"|not allowed to send to|(?:blocked|refused|rejected) (?:by|due to) (?:the )?(?:recipient|user)\b|user rules"
    r"|recipient(?:'s)? (?:preferences|rules)|refuses? to (?:receive|accept)|accepting any mail|members? (?:of|only)"
    r"|not subscribed to|allowed to post|pre-approved)\b"
)
# The server that the domain names as its own does not take mail for it: about the address, not about our mail.
_NOT_THEIRS = re.compile(r"\brelay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed))|\b(?:unable|not "
                         r"(?:permitted|allowed)) to relay\b")  # fmt: skip
_FULL = re.compile(
    r"\b(?:(?:mailbox|inbox|account|user|recipient|box|mail box|maildir|mail drop|quota)\b.{0,60}\b(?:full"
    r"|over (?:the |its |his |their )?(?:quota|limit)|over ?quota|exceed\w*|out of (?:space|storage)|is too full)"
    r"|(?:over ?quota|quota (?:is )?(?:exceeded|full)|exceed\w* (?:\w+ ){0,4}(?:quota|storage)|out of storage"
    r"|not enough (?:storage|space|disk)|insufficient (?:system |disk )?(?:storage|space)|mailfull|disk quota"
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
    r"|person|name)\b.{0,60}?\b(?:unknown|not (?:be )?found|does ?n[o']t exist|does not exist|doesn't exist"
    r"|no longer (?:exists?|valid|in use)|not exist|isn't (?:listed|valid|found)|not listed|not known|invalid"
    r"|is not valid|not recogni[sz]ed|wasn't found|couldn't be found|could not be found|not a valid|non-?existent"
    r"|no such)|(?:unknown|no such|invalid|bad|nonexistent|non-existent|unrecogni[sz]ed) (?:\w+ )?(?:user|recipient"
    r"|mailbox|address|account|local part|person|name|destination|alias|addressee)|user unknown|unknown user"
    r"|no mailbox (?:here )?by that name|no such person|unrouteable address|not our customer|recipnotfound"
    r"|there is no (?:one|user|mailbox|account)|(?:isn't|not) in (?:(?:our|the) )?(?:directory|system|address ?book)"
    r"|not a known user|address (?:couldn't|could not) be found|unknown or illegal alias|no account (?:by|with|of)"
    r"|mailbox not found|(?:account|mailbox) (?:has |is |was )?expired|empfanger(?:adresse)? (?:\w+ ){0,3}(?:unbekannt"
    r"|nicht gefunden|existiert nicht)|adresse (?:\w+ ){0,3}(?:introuvable|inconnue|nicht gefunden|n'existe pas)"
    r"|(?:destinataire|utilisateur) (?:\w+ ){0,3}(?:inconnu|introuvable)|(?:direccion|destinatario"
    r"|usuario) (?:\w+ ){0,4}(?:no (?:existe|se encontro|encontrado|valid[oa])|desconocid[oa])|(?:endereco"
    r"|destinatario|utilizador|usuario) (?:\w+ ){0,4}(?:nao (?:existe|foi encontrado|encontrado)|desconhecido"
    r"|inexistente)|(?:adres\w*|odbiorc\w*|uzytkownik\w*) (?:\w+ ){0,4}(?:nie istnieje|nieznan\w+"
    r"|nie zostal\w* znalezion\w+|nie znaleziono)|(?:adresas|gavejas|naudotojas) (?:\w+ ){0,3}(?:nerastas|neegzistuoja"
    r"|nezinomas)|(?:adrese|sanemejs|lietotajs) (?:\w+ ){0,3}(?:nav atrast[sa]|neeksiste|nezinam[sa])|(?:adresa"
    r"|destinatarul|utilizatorul) (?:\w+ ){0,4}(?:nu (?:exista|a fost gasit\w*)|necunoscut\w*|inexistent\w*)|(?:utente"
    r"|destinatario|indirizzo|casella) (?:\w+ ){0,4}(?:sconosciut[oa]|inesistente|non (?:esiste|trovat[oa]))"
    r"|(?:geadresseerde|gebruiker|ontvanger|adres) (?:\w+ ){0,4}(?:onbekend|niet gevonden|bestaat niet))\b"
)
# Gateways sign their refusals with a link to their own pages: that names them, not a reason.
_LINK = re.compile(r"\bhttps?://\S+")
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
    r"|connection (?:refused|reset|lost)|resources? (?:temporarily )?unavailable|(?:service|currently"
    r"|temporarily) (?:\w+ )?unavailable|too busy|expired|retry (?:time|timeout)|4\d\d [-#\w]|giving up on"
    r"|been failing|after \d+ (?:tries|attempts|hours?|days?)|(?:did|does|has) not respond(?:ed)?|in the queue"
    r"|queue file|(?:delivered|queued?) for (?:more than|\d+)|interrupted|error in processing|lookup failure"
    r"|find a gateway|at a rate that|unable to connect|could not connect|couldn't connect|no route|unreachable"
    r"|not (?:reachable|responding)|try again|plus tard|throttl\w*|rate limit\w*)\b"
)


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
    if _is_restricted(status, words, unknown=unknown):
        return Severity.PERMANENT, False
    if _is_ours(status, words, unknown=unknown):
        return Severity.OURS, False
    # Final, but for a cause that passes: retries that ran out, a server that was away (RFC 3463 X.4.7, and Exchange's
    # 5.4.3xx).
    for_now = re.fullmatch(r"|5\.0\.0|5\.4\.(?:0|7|3\d\d)", status) and (
        _FOR_NOW.search(words) or _first_code(text).startswith("4")
    )
    if status.startswith("4") or (for_now and not unknown):
        return Severity.TEMPORARY, False
    sure = status in _NO_SUCH_CODES or (unknown and not status.startswith(("5.4", "5.2", "5.3")))
    return Severity.PERMANENT, sure


def _is_restricted(status: str, words: str, *, unknown: bool) -> bool:
    """Whether a refusal is about whom this recipient takes mail from, or about their server not being theirs."""
    if _RESTRICTED.match(status) and not _FROM_A_HOST.search(words):
        return True
    if _NOT_THEIRS.search(words) and status not in {"5.7.64", "4.7.1"} and "credentials" not in words:
        return True
    return bool(_RESTRICTED_TEXT.search(words)) and not unknown


_FROM_A_HOST = re.compile(r"\b(?:messages?|mail) from (?:ip )?\[?\d")


def _is_ours(status: str, words: str, *, unknown: bool) -> bool:
    """Whether a refusal is about our mail or our server. A text that names an unknown user outweighs a policy code."""
    if re.search(r"\bgr[ea]y-?list", words):
        return False
    strong = _OURS.search(_LINK.sub(" ", words) if unknown else words)
    if _OURS_CODES.match(status):
        return not unknown or bool(strong) or status.endswith((".1.7", ".1.8"))
    # X.5: what was wrong with the dialogue (RFC 3463 section 3.6), unless servers put a recipient there all the same.
    if status.startswith("5.5.") and not _OF_A_RECIPIENT.search(words):
        return True
    if strong is None:
        return (
            not unknown and bool(_SAYS_NOTHING.fullmatch(status)) and bool(_OURS_IN_WORDS.search(_LINK.sub(" ", words)))
        )
    return not (unknown and status in _NO_SUCH_CODES and not re.search(r"block|spamhaus|blacklist|reputation", words))


_SAYS_NOTHING = re.compile(r"|5\.[035]\.\d+")
_OF_A_RECIPIENT = re.compile(r"\b(?:recipient|user|mailbox|account|address|destinataire|alias)\b")


def _first_code(text: str) -> str:
    match = _CODE.search(text)
    return match[1] if match else ""


def status_of(field: str, diagnostic: str, words: str) -> str:
    """Return the enhanced code: the field's unless it says nothing (x.0.0) and the diagnostic says more."""
    own = _STATUS.search(field)
    more = _STATUS.search(diagnostic) or (_STATUS.search(words) if own is None or own[1].endswith(".0.0") else None)
    if own is None:
        return more[1] if more else ""
    return more[1] if more and own[1].endswith(".0.0") else own[1]


def tells(text: str) -> bool:
    """Whether a text says why a message came back, or that it is late: by a code, or in words that are known."""
    words = plain(text[:4000])
    return tells_of_a_mailbox(text) or bool(_OURS.search(words) or _LATER.search(words))


def tells_of_a_mailbox(text: str) -> bool:
    """Whether a text has the code of a reply, or speaks of a mailbox that is full or that nobody has."""
    if _STATUS.search(text[:4000]) or re.search(r"(?<![\d.:-])[45][0-7]\d[ -](?=[A-Za-z#\d])", text[:4000]):
        return True
    words = plain(text[:4000])
    return bool(_UNKNOWN.search(words) or _FULL.search(words))


def telling_line(text: str) -> str:
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
