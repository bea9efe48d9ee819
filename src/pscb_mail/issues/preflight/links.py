"""Rules for links: where they lead, and whether their words say so.

Pure: nothing is fetched. A link that is dead today may live tomorrow; whoever wants to know presses it in the preview.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pscb_mail.issues.document import Link
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot

_EMPTY_WORDS = frozenset(
    {
        "click", "click here", "here", "this", "this link", "link", "the link", "more", "read more",
        "find out more", "learn more", "more information", "info", "see here", "please click here",
        "click this link", "follow this link", "this page", "website", "this website", "go", "download", "view",
        "continue", "details", "more details", "further information", "visit", "web page", "document", "report",
        "pdf", "online", "read on",
    }
)  # fmt: skip
_TRACKING = re.compile(
    r"utm_\w{1,40}|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|yclid|igshid|twclid|ttclid|_hsenc|_hsmi|hsctatracking"
    r"|mkt_tok|vero_id|oly_(?:anon|enc)_id|s_cid|trk_\w{1,40}|wickedid|pk_\w{1,40}|mtm_\w{1,40}|ml_subscriber\w{0,20}",
    re.IGNORECASE,
)
# youtu.be, aka.ms and forms.gle are not among them: each belongs to one known site, and says so.
_SHORTENERS = frozenset(
    {
        "bit.ly", "bitly.com", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "t.ly",
        "cutt.ly", "rb.gy", "shorturl.at", "tiny.cc", "lnkd.in", "dlvr.it", "v.gd", "soo.gd", "s.id", "bl.ink",
        "short.io", "snip.ly", "trib.al", "fb.me", "qrco.de", "linktr.ee", "tiny.one", "x.gd", "shorter.me",
        "t2m.io", "bit.do", "mcaf.ee", "su.pr", "adf.ly", "clck.ru", "urlz.fr", "kutt.it", "tr.im", "cli.gs",
    }
)  # fmt: skip


def bare_addresses(issue: Manuscript) -> Iterator[Spot]:
    """Find web addresses among the words: programs make links of some, and their words do not say where they lead."""
    for link in issue.addresses:
        yield link.line, f'"{_short(link)}" is no link here, though some mail programs will make one of it.'


def local_links(issue: Manuscript) -> Iterator[Spot]:
    """Find links that lead nowhere outside the editor's own computer or network."""
    for link in _pressed(issue):
        if _is_local(link.target):
            yield link.line, f'The link "{_short(link)}" leads to {link.target[:80]}, which readers cannot reach.'


def _is_local(url: str) -> bool:
    """Whether a web address is one of the editor's own computer or network (RFC 6761, RFC 1918)."""
    parts = _split(url)
    if parts.scheme not in {"http", "https"}:
        return False
    host = (parts.hostname or "").rstrip(".")
    own = host.endswith((".local", ".internal", ".lan", ".intranet", ".localhost")) or not re.search(r"[.:]", host)
    return own or bool(
        re.match(r"(?:127|10|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|::1$|fe80:|f[cd][0-9a-f]{2}:", host)
    )


def insecure_links(issue: Manuscript) -> Iterator[Spot]:
    """Find links without encryption."""
    for link in _pressed(issue):
        if _split(link.target).scheme == "http" and not _is_local(link.target):
            yield link.line, f'The link "{_short(link)}" begins with http://; write https:// where the site has it.'


def broken_mail_links(issue: Manuscript) -> Iterator[Spot]:
    """Find mailto links that are not to one address: programs understand the others differently, or not at all."""
    for link in issue.links:
        parts = _split(link.target)
        if parts.scheme == "mailto" and not re.fullmatch(r"[^@\s/,;]{1,64}@[\w.\-]{1,253}", unquote(parts.path)):
            yield link.line, f'The link "{_short(link)}" is not to one mail address: {link.target[:80]}'


def doubtful_words(issue: Manuscript) -> Iterator[Spot]:
    """Find links whose words do not say where they lead: many readers hear the links alone, one after the other."""
    for link in issue.links:
        words = link.text.strip(" .,:;!?›»→>…").casefold()
        if words in _EMPTY_WORDS:
            yield link.line, f'The link "{_short(link)}" does not say where it leads.'
        elif re.match(r"https?://|www\.", words):
            yield link.line, f'The link "{_short(link)}" is a bare address: name what is there.'


def one_text_two_places(issue: Manuscript) -> Iterator[Spot]:
    """Find links with the same words that lead to different places."""
    places: dict[str, dict[str, Link]] = defaultdict(dict)
    for link in issue.links:
        places[" ".join(link.text.casefold().split())].setdefault(link.target.rstrip("/"), link)
    for words, links in places.items():
        if words and len(links) > 1:
            first, *others = links.values()
            for link in others:
                yield link.line, f'"{_short(link)}" leads elsewhere than on line {first.line}.'


def trackers(issue: Manuscript) -> Iterator[Spot]:
    """Find parameters that tell a third party who came from which mail."""
    for link in _pressed(issue):
        names = [name for name, _ in _parameters(link.target) if _TRACKING.fullmatch(name)]
        if names:
            yield link.line, f'The link "{_short(link)}" tracks its readers by {", ".join(dict.fromkeys(names))[:120]}.'


def shorteners(issue: Manuscript) -> Iterator[Spot]:
    """Find links that hide where they lead."""
    for link in _pressed(issue):
        host = (_split(link.target).hostname or "").removeprefix("www.")
        if host in _SHORTENERS:
            yield (
                link.line,
                f'The link "{_short(link)}" goes through {host}, which hides where it leads and counts who follows it.',
            )


def _pressed(issue: Manuscript) -> tuple[Link, ...]:
    """Return all that somebody may press: our links, and the addresses that mail programs make links of."""
    return (*issue.links, *issue.addresses)


def _parameters(url: str) -> list[tuple[str, str]]:
    parts = _split(url)
    try:
        return [*parse_qsl(parts.query, max_num_fields=200), *parse_qsl(parts.fragment, max_num_fields=200)]
    except ValueError:
        return []


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # "http://[" is no address
        return urlsplit("")


def _short(link: Link) -> str:
    words = " ".join(link.text.split())
    return words if len(words) <= 60 else f"{words[:59]}…"
