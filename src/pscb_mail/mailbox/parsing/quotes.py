"""New words only: what the sender wrote now, apart from what they quote, sign and disclaim.

Pure, total, and linear: lines are looked at one by one with patterns that cannot backtrack far, and each is cut first.
Quotations are known by ">", by attributions ("On … wrote:"), by header blocks ("From: … Sent: …") and by dividers, in
English, Polish, Lithuanian, Portuguese, Romanian, Latvian, German, French and Spanish. Below an attribution whose text
is marked with ">" the reply may go on; below an unmarked one all is quoted.
"""

import re
import unicodedata
from dataclasses import dataclass

_LINES = 5_000
_LINE = 1_000


@dataclass(frozen=True)
class Words:
    """The sender's new words; and what stands below their greeting or "-- "."""

    new: str
    signature: str = ""


def plain(text: str) -> str:
    """Return text for matching: lower case, without accents, typographic quotes and runs of white space.

    >>> plain("Ich möchte  ausgetragen WERDEN’")
    "ich mochte ausgetragen werden'"
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = text.translate(_TYPOGRAPHY).casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.split())


_TYPOGRAPHY = str.maketrans(
    {"`": "'", "’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "ł": "l", "Ł": "l"}
    | {
        "đ": "d",
        "ø": "o",
        "–": "-",
        "—": "-",
        "\u00a0": " ",
        "\u200b": "",
        "\ufeff": "",
        "\u00ad": "",
        "‐": "-",
        "‑": "-",
    }
)


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


# "wrote:" in nine languages, on text that `plain` returned; German and French set words after or before the name.
_WROTE = re.compile(
    r"\b"
    + _any(
        "wrote", "writes", "has written", "schrieb", "geschrieben", "hat geschrieben", "a ecrit", "ecrivait",
        "escribio", "escreveu", "napisala?", r"napisal\(a\)", r"napisala?/a", "pisze", "rase", "parase",
        "a scris", "rakstija",
    )
    + r"\b[^:]{0,120}:$"
)  # fmt: skip
_OPENER = re.compile(
    r"^" + _any("on", "am", "le", "el", "em", "a", "no", "dnia", "w dniu", "pe", "in", "la", r"\d", "il", "op")
)
_DIVIDER = re.compile(
    r"^[-_*=\s>]{0,60}"
    + _any(
        "original "
        "message", "forwarded message", "begin forwarded message", "ursprungliche nachricht", "original-nachricht",
        "originalnachricht", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "message d'origine",
        "message original", "message transfere", "debut du message reexpedie", "message transmis", "mensaje original",
        "mensaje reenviado", "inicio del mensaje reenviado", "mensagem original", "mensagem encaminhada",
        "mensagem reencaminhada", "inicio da mensagem reencaminhada", "oryginalna wiadomosc", "wiadomosc oryginalna",
        "wiadomosc przekazana", "przekazana wiadomosc", "poczatek przekazywanej wiadomosci", "forwarded by .{1,100}",
        "originalus laiskas", "originali zinute", "pradinis laiskas", "pradinis pranesimas", "persiustas laiskas",
        "persiusta zinute", "sakotnejais zinojums", "sakotneja zina", "originalais zinojums", "parsutits zinojums",
        "parsutita zina", "mesaj original", "mesajul original", "mesaj redirectionat", "mesaj transmis",
        "replied message", "reply message", "antwort",
    )
    + r"\s?[-_*=\s:]{0,60}$"
)  # fmt: skip
_RULE = re.compile(r"^[_\-=*]{5,}$")
_FROM = re.compile(
    r"^[>*\s]{0,10}" + _any("from", "von", "de", "od", "nuo", "no", "de la", "expediteur", "remetente") + r"\s?\*?:"
)
_OTHER_FIELD = re.compile(
    r"^[>*\s]{0,10}"
    + _any(
        "sent", "date", "to", "subject", "cc", "reply-to", "gesendet", "datum", "an", "betreff", "envoye", "a", "objet",
        "enviado", "enviada", "enviado el", "para", "asunto", "assunto", "fecha", "data", "wyslano", "wyslane", "do",
        "temat", "dw", "trimis", "catre", "subiect", "issiusta", "kam", "tema", "nosutits", "nosutita", "temats",
        "cc/dw", "envoyee?", "enviada em", "data wyslania", "iki", "gavejas", "kopia", "date d'envoi", "sent at",
        "sent on",
    )
    + r"\s?\*?:"
)  # fmt: skip
_SIGN_OFF = re.compile(
    r"^"
    + _any(
        r"(?:(?:many )?thanks(?: and|,)? )?(?:(?:with |many |my |very )?(?:kind(?:est)?|warm(?:est)?|best|kindly)? "
        r"?)regards", "best wishes", "all the best",
        "yours (?:sincerely|faithfully|truly)", "sincerely", "warm wishes", "kr", "rgds", "with thanks and best wishes",
        r"mit (?:freundlichen|besten|herzlichen|lieben) gru(?:ss|\?"
        r"|\ufffd)en?", "mfg", "(?:viele|liebe|beste|schone) grusse",
        "(?:bien )?cordialement", "bien a vous", r"sinceres salutations", r"z powazaniem", "pozdrawiam(?: serdecznie)?",
        "(?:com os )?(?:melhores "
        ")?cumprimentos", "atenciosamente", "(?:un )?(?:cordial(?:es)? )?saludos?(?: cordial(?:es)?)?",
        "atentamente", "cu (?:stima|respect)", "pagarbiai", "su pagarba", "ar cienu", "cheers",
    )
    + r"[\s,.!-]{0,5}(?:[\w.'-]{1,30}\s?){0,3}$"
)  # fmt: skip
# A line that a program adds below what a person typed.
_MACHINE_LINE = re.compile(
    r"^[<>_\s]{0,5}"
    + _any(
        r"(?:sent|get|gesendet|enviado|enviada|envoye|wyslan[eoay]|trimis|issiusta|nosutits|inviato|verzonden)"
        r" (?:from|via|using|by|with|outlook|von|mit|desde|de|z|do|din|de pe|is|no|mano)\b.{0,80}",
        "von meinem .{1,40} "
        "gesendet", "diese nachricht wurde von meinem .{1,60}", "sent with .{1,60}", "get outlook for .{1,30}",
        "outlook (?:fur|pour|para|for) .{1,30}(?:herunterladen"
        "|beziehen)?", "telecharger outlook .{0,30}", "obter o outlook .{0,30}",
        "obtener outlook .{0,30}", "pobierz (?:aplikacje )?outlook .{0,30}", "virus-free.{0,60}", "yahoo mail.{0,60}",
        "aol mail.{0,40}",
    )
    + r"[>\s.]{0,5}$"
)  # fmt: skip
# "Tel: 01632 960001 | 1 High Street", "Registered charity 1234567": a line of a signature that no mark sets apart.
_NUMBER_LINE = re.compile(
    r"^(?:tel(?:ephone)?|phone|mob(?:ile)?|fax|direct(?: line| dial)?|ddi|switchboard)\b(?: (?:no|number))?[\s:.]{0,3}"
    r"[+(\d][\d\s()+-]{5,20}(?:ext?\.?\s?\d{1,6})?(?:\s?\|.{0,100})?$"
    r"|^registered (?:charity|company)(?: (?:no|number))?[\s:.]{0,3}\d.{0,100}$"
)
# The start of what an organisation adds to every mail.
_DISCLAIMER = re.compile(
    r"^[*_\-=>\s(\[]{0,10}"
    + _any(
        "disclaimer", "confidentiality(?: notice| note| statement)?:?$", "confidentiality notice", "legal notice",
        r"th(?:is|e information (?:contained )?in this|e contents of this|e content of this) (?:e-?mail|message"
        r"|communication|transmission)"
        r"\b.{0,120}(?:confidential|intended|privileged|solely|virus|monitor|attachment|addressee|official)",
        "if you (?:are not|have received) (?:the intended|th(?:is|e) (?:e-?mail"
        "|message)).{0,80}", "please consider the environment",
        "(?:before printing,? |please )?(?:think|consider) (?:of |about )?the "
        "environment", "save paper", "the views expressed",
        "any views (?:or opinions "
        ")?expressed", "e-?mails? (?:sent to|and any).{0,60}(?:monitored|confidential)", "confidential(?:ity)?:",
        "scanned by "
        ".{0,40}",
        r"(?:this|our) [\w' -]{3,40} is (?:fully )?committed to safeguarding and promoting\b",
        r"you are receiving this (?:e-?mail |message |mail )?because\b",
        "this (?:e-?mail|message) (?:has been|was) (?:scanned|checked"
                   "|sent)", "privacy notice", "how we use your (?:data|information)",
        "diese e-?mail (?:enthalt"
        "|kann)", "der inhalt dieser e-?mail", "ce (?:message|courriel|mail).{0,60}(?:confidentiel|destin)",
        "este (?:mensaje|correo|e-?mail).{0,80}confidencia", "esta (?:mensagem|comunicacion).{0,80}confidencia",
        "ta wiadomosc.{0,80}(?:poufn"
        "|przeznaczon)", "niniejsza wiadomosc", "tresc tej wiadomosci", "acest (?:mesaj|e-?mail).{0,80}confiden",
        "si(?:s|o) (?:laiskas|laisko"
        "|pranesim).{0,80}konfidencial", "si(?:s|ja) (?:e-?pasta|zinojum).{0,80}konfidencial",
    )
)  # fmt: skip
# What a mail system puts above a mail from outside; the paragraph is not the sender's.
_BANNER = re.compile(
    r"^[*_\-=>\s(\[!]{0,10}(?:caution|warning|external|attention|achtung|\[?external\]?|you don't often get email "
    r"from|some people who received)"
    r"\b.{0,400}(?:outside|external|originat|organi[sz]ation|links|attachments|often get e?mail|learn why)"
)


def new_words(text: str, *, flowed: bool = False, delsp: bool = False) -> Words:
    """Return the new words of a plain-text body."""
    lines = [piece for line in text.splitlines()[:_LINES] for piece in _broken(line)][:_LINES]
    lines = unflowed(lines, delsp=delsp) if flowed else [line.rstrip() for line in lines]
    folded = [plain(line) for line in lines]
    new = _unquoted(lines, folded)
    kept, signature = _unsigned([lines[i] for i in new], [folded[i] for i in new])
    return Words(_tidy(kept), _tidy(signature))


def _broken(line: str) -> list[str]:
    """Return a line in pieces that patterns may look at: telephones write a whole paragraph in one."""
    quote = line[: len(line) - len(line.lstrip("> "))][:50]
    pieces: list[str] = []
    start = 0
    while len(line) - start > _LINE and len(pieces) < _LINES:
        end = line.rfind(" ", start + 1, start + _LINE - len(quote)) + 1 or start + _LINE - len(quote)
        pieces.append(f"{quote if start else ''}{line[start:end]}")
        start = end
    return [*pieces, f"{quote if start else ''}{line[start : start + _LINE]}"]


def unflowed(lines: list[str], *, delsp: bool = False) -> list[str]:
    """Join the lines of a format=flowed body (RFC 3676): a space at the end means that the paragraph goes on."""
    out: list[str] = []
    open_depth = -1
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        signature = content.rstrip("\n") == "-- "
        if open_depth == depth and not signature and len(out[-1]) < _LINE * 4:
            out[-1] = (out[-1][:-1] if delsp else out[-1]) + content
        else:
            out.append(">" * depth + (" " if depth else "") + content)
        open_depth = depth if content.endswith(" ") and not signature else -1
    return [line.rstrip() if line.rstrip() != "--" else "-- " for line in out]


def _unquoted(lines: list[str], folded: list[str]) -> list[int]:
    """Return the indices of new lines: none below the place from which everything is quoted."""
    new: list[int] = []
    for i, line in enumerate(folded):
        if line.startswith(">") or lines[i].startswith("|"):
            continue
        if (_DIVIDER.match(line) and (len(line) > 9 or line.startswith("-")) and not _is_bare_word(line)) or (
            _FROM.match(line) and _is_header_block(folded, i)
        ):
            return new
        if line.endswith(":") and (start := _attribution(folded, i, new)) is not None:
            new = [n for n in new if n < start]
            if not _next_is_marked(folded, i):
                return new
        else:
            new.append(i)
    return new


def _is_bare_word(line: str) -> bool:
    """Whether a divider's words stand without a rule or a colon: then a person may have typed them."""
    return not re.match(r"^[-_*=>]|.*[-_*=:]$", line)


def _is_header_block(folded: list[str], start: int) -> bool:
    """Whether a "From:" line begins a header block: two more fields in the lines that follow (blank ones between)."""
    following = [line for line in folded[start + 1 : start + 10] if line][:5]
    return sum(bool(_OTHER_FIELD.match(line)) for line in following) >= 2


def _attribution(folded: list[str], end: int, new: list[int]) -> int | None:
    """Return where the attribution ends at line `end` begins, if it is one: it names a date or an address."""
    text = folded[end][-400:]
    start = end
    for _ in range(3):
        if _OPENER.match(text) and _WROTE.search(text[-200:]) and re.search(r"\d|@", text):
            return start
        start -= 1
        if start < 0 or start not in new[-3:] or not folded[start] or len(text) > 400:
            break
        text = f"{folded[start][:400]} {text}"
    # Without an opener ("Jo Bloggs <jo@school.example> wrote:", "2010-11-01 10:00, Jo wrote:") on its own line.
    alone = folded[end][-300:]
    return end if _WROTE.search(alone[-200:]) and re.search(r"@|\d{2,4}[-./]\d|\d:\d\d", alone) else None


def _next_is_marked(folded: list[str], i: int) -> bool:
    return next((line.startswith(">") for line in folded[i + 1 : i + 6] if line), False)


def _unsigned(lines: list[str], folded: list[str]) -> tuple[list[str], list[str]]:
    """Return the words and the signature: what stands below "-- ", below a sign-off, and disclaimers."""
    kept: list[str] = []
    signed = False
    signature: list[str] = []
    in_banner = False
    for i, (line, words) in enumerate(zip(lines, folded, strict=True)):
        in_banner = bool(words) and (in_banner or bool(_BANNER.match(words[:600])))
        if words in {"--", "__"} or _DISCLAIMER.match(words[:400]) or _RULE.match(words):
            # A rule above the words is decoration; below them it is the start of a signature or a quotation.
            if any(part.strip() for part in kept):
                return kept, [*signature, *lines[i + 1 :]]
            continue
        if in_banner or _MACHINE_LINE.match(words[:200]):
            continue
        if signed and re.match(r"p\.? ?s\b", words):
            signed = False
        if not signed and _SIGN_OFF.match(words[:120]):
            signed = True
        (signature if signed or _NUMBER_LINE.match(words[:200]) else kept).append(line)
    return kept, signature


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
