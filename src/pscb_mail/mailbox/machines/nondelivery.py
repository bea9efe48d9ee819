"""Whether a message without a report in it (RFC 3464) reports a return: who sends it, what it says or brings back.

Pure. A server is known by its name or its null sender, a report by its subject or its words, whatever the language a
reason by its code; a person who asks about a report is none.
"""

import re
from typing import TYPE_CHECKING

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.machines.automatic import is_called_an_answer, is_machine
from pscb_mail.mailbox.machines.recipients import SERVER, names_somebody
from pscb_mail.mailbox.machines.returned import Returned
from pscb_mail.mailbox.machines.severity import reply_in, tells, tells_of_a_mailbox
from pscb_mail.mailbox.parsing.quotes import plain

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

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


def above_the_copy(incoming: "Incoming") -> str:
    """Return what a report in prose says, without the copy of our message below it."""
    above = _COPY_BELOW.split(incoming.whole_text[:20_000], maxsplit=1)[0]
    return above if above.strip() else (incoming.new_words or incoming.whole_text)[:5000]


def reports_a_return(incoming: "Incoming", returned: Returned) -> bool:
    """Whether a message without a report in it may be a bounce: who sends it, and what it says or brings back."""
    if incoming.header("x-failed-recipients") or incoming.report_type == "delivery-status":
        return True
    # Dovecot and Sieve refuse with a receipt (RFC 5429 section 2.1.2).
    if "(rejected" in incoming.header("auto-submitted").lower():
        return True
    said = _COPY_BELOW.split(incoming.whole_text[:5000], maxsplit=1)[0]
    by_subject = bool(_SUBJECT.match(plain(incoming.subject)))
    if _is_a_server(incoming):
        return by_subject or _tells_of_a_return(incoming, said, returned)
    if _opens_like_one(said) and names_somebody(incoming, said, returned):
        return True
    # Gateways write as whom they like: the subject of a report, a failure, and whose it is.
    whose = by_subject and (names_somebody(incoming, said, returned) or bool(returned.to))
    return (whose and (_fails(incoming) or tells(said))) or _is_of_a_filter(incoming, said, returned)


def _tells_of_a_return(incoming: "Incoming", said: str, returned: Returned) -> bool:
    """Whether a server's words, or what it brings back, tell of one, in whatever language."""
    called = _is_called_a_server(incoming) or not incoming.sender
    daemon = bool(_DAEMON.search(incoming.sender))
    if _fails(incoming) and (called or not is_called_an_answer(incoming)):
        return True
    # A daemon, or a copy of ours, and a reason that is known.
    if (daemon or (returned.references and returned.to)) and tells(said):
        return True
    # An out-of-office answer has no return path either: there it takes the name of a server, or none at all.
    told = (called and tells_of_a_mailbox(said)) or (daemon and _brings_back(incoming, returned))
    return told and names_somebody(incoming, said, returned)


def _fails(incoming: "Incoming") -> bool:
    return bool(_TELLS.search(plain(incoming.whole_text[:3000])))


def _is_of_a_filter(incoming: "Incoming", said: str, returned: Returned) -> bool:
    """Whether a mail with a copy of ours is of a filter, under whatever name, and of nobody who passes it on."""
    ours = returned.references and returned.to
    if not ours or incoming.answers or incoming.sender.casefold() == returned.to.casefold():
        return False
    return bool(reply_in(said) or (is_machine(incoming) and _TELLS.search(plain(said))))


def _opens_like_one(said: str) -> bool:
    """Whether it begins by saying that our message did not reach such an address, and says little else."""
    opening = _OPENS.match(plain(said[:400]))
    alone = len({address.casefold() for address in ADDRESS.findall(said[:1000])}) == 1 and "?" not in said
    return opening is not None and bool(_TELLS.search(opening[0])) and alone and len(said) < 1000


_OPENS = re.compile(
    r"\W*(?:(?:your|this|the) (?:e-?mail|mail|message)|(?:votre|ce) (?:message|courriel|mail)|(?:ihre|diese) (?:e-?mail"
    r"|mail|nachricht)|(?:su|el) (?:mensaje|correo)|(?:a sua|sua) mensagem|(?:twoja|panstwa) wiadomosc"
    rf"|il (?:suo )?messaggio|uw bericht)\b[^.]{{0,80}}? (?:to|for|a|an|fur|para|do|aan) [<\"']?{ADDRESS.pattern}"
)


def _is_a_server(incoming: "Incoming") -> bool:
    return incoming.return_path == "" or not incoming.sender or _is_called_a_server(incoming)


def _is_called_a_server(incoming: "Incoming") -> bool:
    return bool(SERVER.search(incoming.sender) or _SENDER_NAME.search(plain(incoming.sender_name)))


def _brings_back(incoming: "Incoming", returned: Returned) -> bool:
    """Whether a report has a message with it, or one of ours below it."""
    return bool(returned.references) or any(part.depth for part in incoming.parts)


_TELLS = re.compile(
    r"\b(?:(?:could not|couldn't|cannot|was not|wasn't|unable to|not) be delivered|delivery (?:to the following"
    r"|has failed|failed)|undeliverable|(?:unable|failed) to deliver|permanent(?:ly)? (?:fatal )?(?:error|failure)"
    r"|rejected your message|failed recipients?:?|mailbox unavailable|automatically rejected|(?:has|have) (?:not"
    r"|n't) (?:yet )?(?:been )?delivered|(?:mail|message|delivery)\b.{0,60} (?:has|have) been (?:returned|postponed"
    r"|delayed)|(?:message|mail|it) (?:you sent )?(?:\S+ ){0,3}(?:was|has been|is) rejected|not accepting mail"
    r"|did not reach the following|returned to sender|not listed in (?:the )?(?:domino|public)|zugestellt|remis au"
    r"|no se ha podido entregar|nie zostala dostarczona|nao foi entregue|n'a pas pu etre (?:remis|delivre|livre"
    r"|distribue)\w*|remise .{0,40}echou\w*|no se pudo entregar|nie mozna dostarczyc|nie mog\w+ zostac dostarczon\w+"
    r"|nao p[oô]de ser entregue|nu a putut fi livrat|nevareja piegadat|nepavyko pristatyti|impossibile recapitare)\b"
)
