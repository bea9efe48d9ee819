"""HTML mail → plain text in which what is quoted is marked as plain-text mail marks it.

Pure and total. Elements that clients wrap a quotation in become lines with "> " before them; the rule that Outlook
draws above one becomes its plain-text twin. So `quotes` has one convention to know. lxml parses in linear time,
whatever the markup; scripts, styles and what is hidden are no text. Links keep their words, not their targets.
"""

import re

from lxml import etree

_LIMIT = 400_000
_PARAGRAPHS = frozenset([
    "p", "div", "li", "tr", "table", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
    "pre", "hr", "center", "section", "article", "header", "footer",
])  # fmt: skip
_SILENT = frozenset(["head", "script", "style", "title", "template", "noscript", "object", "select", "textarea"])
# Classes and ids of the containers of a quotation: Gmail, Yahoo, Thunderbird's attribution, Proton, Tutanota, Zimbra,
# Zoho, GMX; Apple Mail and Thunderbird use blockquote.
_QUOTE = re.compile(
    r"\b(gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra"
    r"|ms-outlook-quote"
    r"|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|isReplyContent|isForwardContent|x_gmail_quote)\b"
)
# What Outlook puts above what it quotes, which then runs to the end.
_DIVIDER = re.compile(
    r"\b(divRplyFwdMsg|appendonsend|stopSpelling|OutlookMessageHeader|lineBreakAtBeginningOfMessage)\b"
)
_BORDER = re.compile(r"border-top:\s*solid\s*#?(?:E1E1E1|B5C4DF|windowtext)", re.IGNORECASE)
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden|mso-hide:\s*all|font-size:\s*0", re.IGNORECASE)
ORIGINAL = "-----Original Message-----"


def text_of(html: str) -> str:
    """Return the words of an HTML body, one line a paragraph, quotations marked."""
    try:
        parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, encoding="utf-8")
        root = etree.fromstring(html[:_LIMIT].encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        root = None
    if root is None:
        return ""
    return _Writer().written(root)


class _Writer:
    """Collects words into lines while the tree is walked; deep trees cost no recursion."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._words: list[str] = []
        self._depth = 0  # of quotation
        self._silent = 0  # inside how many elements without text

    def written(self, root: etree._Element) -> str:
        """Return the text of a tree."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                self._open(element)
            else:
                self._close(element)
        self._break()
        return "\n".join(self._lines)

    def _open(self, element: etree._Element) -> None:
        if element.tag == "br" or element.tag in _PARAGRAPHS:
            self._break()
        if _is_silent(element):
            self._silent += 1
        elif _is_divider(element):
            self._break()
            self._lines.append(ORIGINAL)
        if _is_quote(element):
            self._break()
            self._depth += 1
        self._say(element.text)

    def _close(self, element: etree._Element) -> None:
        if element.tag in _PARAGRAPHS:
            self._break(blank=element.tag in {"p", "blockquote", "table", "ul", "ol"})
        if _is_quote(element):
            self._break()
            self._depth -= 1
        if _is_silent(element):
            self._silent -= 1
        if element.tag in {"td", "th"}:
            self._words.append(" ")  # two cells of a row are two words
        self._say(element.tail)

    def _say(self, text: str | None) -> None:
        if text and not self._silent:
            self._words.append(text)

    def _break(self, *, blank: bool = False) -> None:
        line = " ".join("".join(self._words).split())
        self._words.clear()
        if line:
            self._lines.append("> " * min(self._depth, 5) + line)
            if blank:
                self._lines.append("")


def _is_quote(element: etree._Element) -> bool:
    if element.tag == "blockquote":
        return True
    return bool(_QUOTE.search(f"{element.get('class') or ''} {element.get('id') or ''}"[:500]))


def _is_divider(element: etree._Element) -> bool:
    if _DIVIDER.search(f"{element.get('id') or ''} {element.get('class') or ''}"[:500]):
        return True
    # Outlook for Windows: a bordered div whose text begins with the header block.
    return element.tag == "div" and bool(_BORDER.search((element.get("style") or "")[:500]))


def _is_silent(element: etree._Element) -> bool:
    return element.tag in _SILENT or bool(_HIDDEN.search((element.get("style") or "")[:1000]))
