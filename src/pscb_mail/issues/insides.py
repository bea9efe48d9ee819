"""What is inside a file that goes out with an issue: its words, its metadata, and what of it cannot be read.

Total: whatever the bytes are, `insides` returns. It is bounded in what it unpacks, not in the time and memory that the
libraries for PDF and sheets take on a crafted file: `preflight.enclosed` therefore runs it in a process of its own,
`main`, which is given so much of both and no more. No XML is parsed by anything that knows entities.
"""

import html
import io
import json
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

from pscb_mail.people.tables import read_table

# Ten times the text of the longest issue; the guard takes a second for it.
MOST_CHARACTERS = 800_000
_MOST_UNPACKED = 60_000_000
_MOST_MEMBERS = 2_000
_MOST_PAGES = 400
_MOST_CELLS = 300_000
_DEEP = 2
_MEMORY = 1_500_000_000

_TEXTS = frozenset(
    {"txt", "md", "ics", "vcf", "html", "htm", "xml", "json", "rtf", "eml", "log", "svg", "css", "js"}
)  # fmt: skip
_PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "tif", "tiff", "webp", "bmp"})
_SHEETS = frozenset({"xlsx", "xlsm", "xltx"})
# Runs of one text, in Word, presentations, OpenDocument, sheets and HTML: what they hold belongs together.
_INLINE = re.compile(
    r"</?(?:(?:w|a|text|m):[\w-]+|b|i|u|em|strong|span|font|a|r|t|rPr|sz|color|rFont|family|scheme|sup|sub|small|code"
    r"|vertAlign|charset)\b[^<>]{0,20000}>"
)
_BLOCK = re.compile(r"</?(?:w|a|text):(?:p|br|tab|tr|line-break|h)\b[^<>]{0,20000}>")
_CELL = re.compile(r"</?(?:td|th|c|w:tc|table:table-cell)\b[^<>]{0,20000}>")
_TAG = re.compile(r"<[^<>]{0,20000}>")
# What stands in the attributes of pictures, comments and links is text too.
_SAID = re.compile(r"(?:descr|title|alt|href|Target|w:author|content|name)=\"([^\"<>]{1,2000})\"")


@dataclass(frozen=True)
class Insides:
    """The words of a file, with names, authors and comments; `unread` says what could not be read, "" where nothing.

    `placed`: it says where on earth it was made.
    """

    text: str
    unread: str = ""
    placed: bool = False


def insides(name: str, content: bytes, deep: int = 0) -> Insides:
    """Return what is in a file. Never raises for what the bytes are."""
    kind = PurePosixPath(name.lower()).suffix.lstrip(".")
    try:
        found = _read(kind, content, deep)
    except Exception:  # noqa: BLE001 whatever a library makes of a crafted file
        found = Insides(_strings(content), "it is damaged, or made in a way that is not understood")
    if len(found.text) > MOST_CHARACTERS:
        return Insides(found.text[:MOST_CHARACTERS], "it is too long to be read to its end", placed=found.placed)
    return found


def _read(kind: str, content: bytes, deep: int) -> Insides:
    if content.startswith(b"%PDF") or kind == "pdf":
        return _pdf(content)
    if content.startswith(b"PK\3\4"):
        return _sheet(content, deep) if kind in _SHEETS else _archive(content, deep)
    if kind in _PICTURES:
        return _picture(content)
    if kind in {"csv", "tsv"}:
        return _columns(content)
    if kind in _TEXTS or _is_text(content):
        return _plain(content)
    return Insides(_strings(content), f"files of {f'.{kind}' if kind else 'this kind'} cannot be read")


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    try:
        content[:100_000].decode()
    except UnicodeDecodeError as error:
        return error.start > 99_000  # the cut went through a letter
    return True


def _plain(content: bytes) -> Insides:
    coding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if text.startswith("{\\rtf"):
        text = re.sub(r"\\par\b ?|\\tab\b ?|\\cell\b ?", "\n", text)
        text = re.sub(r"\\[a-z]{1,30}-?\d{0,10} ?|[{}]", "", text)
    return Insides(_untagged(text) if re.match(r"\s{0,100}<[!?a-zA-Z]", text) else text)


def _untagged(text: str) -> str:
    """Return the words of XML or HTML: paragraphs are lines, cells are parted by bars, runs within them by nothing."""
    said = _SAID.findall(text)
    for tags, between in ((_CELL, " | "), (_BLOCK, "\n"), (_INLINE, ""), (_TAG, "\n")):
        text = tags.sub(between, text)
    return html.unescape("\n".join([text, *said]))


def _picture(content: bytes) -> Insides:
    words, placed = picture_words(content)
    return Insides(words, "what is written in a picture cannot be read", placed=placed)


def picture_words(content: bytes) -> tuple[str, bool]:
    """Return what a picture's metadata says (EXIF, XMP, IPTC, comments), and whether it says where it was taken."""
    from PIL import ExifTags, Image, IptcImagePlugin  # noqa: PLC0415 where there is a picture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content)) as image:
            exif = image.getexif()
            said = [value for key, value in image.info.items() if key not in {"exif", "icc_profile", "photoshop"}]
            found = [*exif.values(), *exif.get_ifd(ExifTags.IFD.Exif).values(), *said]
            placed = bool(exif.get_ifd(ExifTags.IFD.GPSInfo))
            with suppress(Exception):  # a crafted block of it is no reason not to read the rest
                found += (IptcImagePlugin.getiptcinfo(image) or {}).values()
    texts = [_words(value).strip() for value in found]
    return "\n".join(filter(None, texts)), placed or any("GPSLatitude" in text for text in texts)


def _words(value: object) -> str:
    match value:
        case str():
            return _untagged(value[:200_000]) if "<" in value else value[:200_000]
        case bytes():
            # XPTitle and its like are UTF-16, a user's comment begins with the name of its coding.
            wide = value[1:200:2].count(0) > len(value[:200]) // 3
            return _words(value[:200_000].decode("utf-16-le" if wide else "utf-8", "replace").replace("\0", ""))
        case list() | tuple():
            return "\n".join(_words(each) for each in value[:50])
        case _:
            return ""


def _archive(content: bytes, deep: int) -> Insides:
    """Read a ZIP, a Word document, a presentation, a text of LibreOffice: what is XML in it, and the files in it."""
    texts, unread = [], []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        texts.append("\n".join(info.filename for info in members[:_MOST_MEMBERS]))
        if len(members) > _MOST_MEMBERS:
            unread.append("it has too many files in it")
        for info, inner, refused in _members(archive, members[:_MOST_MEMBERS]):
            found = (
                Insides("", refused) if refused else _member(info.filename, inner, deep, document=_is_document(members))
            )
            texts.append(found.text)
            if found.unread:
                unread.append(f"{info.filename[:80]}: {found.unread}")
    return Insides("\n".join(texts), "; ".join(unread[:3]))


def _members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, bytes, str]]:
    room = _MOST_UNPACKED
    for info in members:
        if info.is_dir():
            continue
        if info.flag_bits & 1:
            yield info, b"", "it has a password"
            continue
        with archive.open(info) as file:  # a file may say what it likes of its size
            inner = file.read(room + 1)
        if len(inner) > room:
            yield info, b"", "it unpacks to far more than a mail can hold"
            return
        room -= len(inner)
        yield info, inner, ""


def _is_document(members: list[zipfile.ZipInfo]) -> bool:
    return any(info.filename in {"[Content_Types].xml", "META-INF/manifest.xml"} for info in members[:50])


def _member(name: str, content: bytes, deep: int, *, document: bool) -> Insides:
    if name.endswith((".xml", ".rels")):
        return Insides(_untagged(content.decode("utf-8", "replace")))
    if document and not name.endswith((".docx", ".xlsx", ".pdf")):  # its fonts, pictures and thumbnails
        return Insides(_untroubled_words(name, content))
    if deep >= _DEEP:
        return Insides("", "it lies too deep in other files")
    return insides(name, content, deep + 1)


def _untroubled_words(name: str, content: bytes) -> str:
    if PurePosixPath(name.lower()).suffix.lstrip(".") not in _PICTURES:
        return ""
    with suppress(Exception):
        return picture_words(content)[0]
    return ""


def _sheet(content: bytes, deep: int) -> Insides:
    """Read the cells of all sheets as they are shown, hidden ones too, and all else that is in the file."""
    from openpyxl import load_workbook  # noqa: PLC0415 a quarter of a second that only sheets need

    rest = _archive(content, deep)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    lines: list[str] = []
    length = cells = 0
    for sheet in book.worksheets:
        lines.append(sheet.title)
        for line, count in _lines([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)):
            lines.append(line)
            length, cells = length + len(line), cells + count
            if cells > _MOST_CELLS or length > MOST_CHARACTERS:
                return Insides("\n".join([*lines, rest.text]), "it has more cells than can be read")
    return Insides("\n".join([*lines, rest.text]), rest.unread)


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, int]]:
    """Yield each row as a line, with its number of cells: every value after what its column is called."""
    head: Sequence[str] = ()
    for row in rows:
        named = zip_longest(head[: len(row)], row, fillvalue="")
        yield " | ".join(f"{name}: {value}" if name else value for name, value in named if value) + " |", len(row)
        head = head or (row if any(row) else ())


def _columns(content: bytes) -> Insides:
    return Insides("\n".join(line for line, _ in _lines(row.cells for row in read_table(content).rows)))


def _cell(value: Any) -> str:
    # A day comes with midnight; the guard knows days.
    return "" if value is None else re.sub(r" 00:00:00$", "", str(value))


def _pdf(content: bytes) -> Insides:
    from pypdf import PdfReader  # noqa: PLC0415 a fifth of a second that only PDF needs

    document = PdfReader(io.BytesIO(content))
    if document.is_encrypted and not document.decrypt(""):
        return Insides("", "it has a password")
    texts = [str(value) for value in (document.metadata or {}).values()]
    texts += [
        _untagged(found.decode("utf-8", "replace"))
        for found in re.findall(rb"<x:xmpmeta.{0,200000}?</x:xmpmeta>", content, re.DOTALL)
    ]
    silent = []
    for number, page in enumerate(document.pages, start=1):
        if number > _MOST_PAGES:
            return Insides("\n".join(texts), f"only its first {_MOST_PAGES} pages were read")
        words = page.extract_text()
        texts += [words, *_annotations(page)]
        silent += [] if words.strip() else [str(number)]
    unread = (
        f"there is no text on its page {', '.join(silent[:5])}: a picture, perhaps, which cannot be read"
        if silent
        else ""
    )
    return Insides("\n".join(texts), unread)


def _annotations(page: Any) -> Iterator[str]:
    for each in list(page.get("/Annots") or [])[:500]:
        note = each.get_object()
        yield from (str(note[key])[:5000] for key in ("/Contents", "/T", "/V") if key in note)


def _strings(content: bytes) -> str:
    """Return what looks like words in bytes of any kind, narrow and wide: Word's old format has both."""
    content = content[:20_000_000]
    narrow = re.findall(rb"[\t\r\n -~]{5,}", content)
    wide = re.findall(rb"(?:[\t\r\n -~]\0){5,}", content)
    return b"\n".join([*narrow, *(each[::2] for each in wide)]).decode("ascii").replace("\r", "\n")


def main() -> None:
    """Read a file from standard input, its name in the first line; write what is inside as JSON."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    name = sys.stdin.buffer.readline().decode().rstrip("\n")
    found = insides(name, sys.stdin.buffer.read())
    json.dump(asdict(found), sys.stdout)
