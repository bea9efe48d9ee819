"""A Word document (.docx) → the draft of an issue: its text as Markdown, its pictures, and what was left behind.

Promises: nothing outside the file is read, whatever it links to; nothing in it is run; a file made to fill the memory
or to keep the program busy is refused with a sentence, within seconds (sizes, number and depth of what is in it are
counted before anything is made of it; a document type, and with it every entity, is refused). What the draft does not
have of the document is in `left`, a sentence each. Raises UsageError. Leaves to others: the form of the Markdown
(`rewriting`), the issue's file (`skeleton`).
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from xml.parsers import expat

import mammoth
from PIL import Image

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.issues.rewriting import rewritten
from pscb_mail.issues.skeleton import Draft
from pscb_mail.issues.source import MAX_CHARACTERS

_MAX_FILE = 60_000_000
_MAX_PARTS = 3_000
_MAX_PICTURE = 25_000_000
_MAX_PICTURES = 100_000_000
# The text of the longest issue has a twentieth of that in Word's own words.
_MAX_XML = 10_000_000
_MAX_ELEMENTS = 60_000
_MAX_DEPTH = 120
_MAX_PIXELS = 40_000_000

NO_WORDS = "[insert what this picture shows]"
_HINT = "Open it in Word and save it as a .docx of its own, or copy the text into an issue that `pscb-mail new` begins."
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
p[style-name='List Paragraph'] => p:fresh
p[style-name='No Spacing'] => p:fresh
p[style-name='Body Text'] => p:fresh
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !
p[style-name='TOC Heading'] => !
"""


def read(path: Path) -> Draft:
    """Read a document. Raises UsageError where it is none, or more than an issue can be."""
    name = one_line(path.name, 80)
    parts = _parts(path, name)
    pictures = _Pictures()
    try:
        result = mammoth.convert_to_html(
            _packed(parts),
            convert_image=mammoth.images.img_element(pictures.take),
            style_map=_STYLES,
            # A document's own map of styles could turn its text into anything.
            include_embedded_style_map=False,
            external_file_access=False,
        )
        text = rewritten(str(result.value), pictures.named)
    except (ValueError, KeyError, TypeError, AttributeError, LookupError, OSError, RecursionError) as error:
        raise UsageError(f"{name} is not a Word document that can be understood.", _HINT) from error
    if len(text.body) > MAX_CHARACTERS:
        raise UsageError(f"{name} is too long for an issue: {len(text.body):,} characters.", "Make two issues of it.")
    styles = [message.message for message in result.messages]
    left = (*_counted(text.left + pictures.left), *_in_parts(parts), *_unknown_styles(styles))
    return Draft(text.title, text.body, pictures.taken, left)


def _parts(path: Path, name: str) -> dict[str, bytes]:
    """Return what is in the file, as far as it matters here, all of it looked at."""
    content = _content(path, name)
    # The container of Word before 2007, and of documents with a password.
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(f"{name} is in Word's old format, or has a password.", "Save it as .docx, without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _MAX_PARTS:
                raise UsageError(f"{name} has more than {_MAX_PARTS:,} parts: that is no text.", _HINT)
            parts = dict(_unpacked(archive, name))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise UsageError(f"{name} is not a Word document (.docx), or is damaged.", _HINT) from error
    elements = sum(_elements(part, name) for part_name, part in parts.items() if _is_xml(part_name))
    if elements > _MAX_ELEMENTS:
        raise _too_much(name)
    return parts


def _content(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            raise UsageError(f"{name} is not a file.", "Name a Word document: --from draft.docx")
        if path.stat().st_size > _MAX_FILE:
            raise UsageError(f"{name} has more than {_MAX_FILE // 1_000_000} MB.", "Make its pictures smaller in Word.")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", "Close it in Word, and try again.") from error


def _unpacked(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts; counted by what comes out, for a file may say what it likes of its sizes."""
    room = {True: _MAX_XML, False: _MAX_PICTURES}
    seen = set()
    for info in archive.infolist():
        part, xml = info.filename, _is_xml(info.filename)
        if info.is_dir() or part in seen or not (xml or part.startswith("word/media/")):
            continue
        seen.add(part)
        limit = room[xml] if xml else min(room[xml], _MAX_PICTURE)
        with archive.open(info) as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise _too_much(name)
        room[xml] -= len(content)
        yield part, content


def _is_xml(part: str) -> bool:
    return part.endswith((".xml", ".rels"))


def _too_much(name: str) -> UsageError:
    return UsageError(f"{name} unpacks to far more than an issue can hold.", _HINT)


def _elements(content: bytes, name: str) -> int:
    """Return how many elements a part has. Raises UsageError where it is no plain XML."""
    counting = _Counting(name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = counting.begin
    parser.EndElementHandler = counting.end
    parser.StartDoctypeDeclHandler = counting.refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 expat's
    except expat.ExpatError as error:
        raise UsageError(f"{name} is damaged.", _HINT) from error
    return counting.elements


class _Counting:
    """The elements of one part, counted as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self.elements = 0

    def begin(self, element: str, attributes: dict[str, str]) -> None:
        del element, attributes
        self._depth += 1
        self.elements += 1
        if self._depth > _MAX_DEPTH or self.elements > _MAX_ELEMENTS:
            raise _too_much(self._name)

    def end(self, element: str) -> None:
        del element
        self._depth -= 1

    def refuse(self, *_: object) -> None:
        """Entities, which grow without end or read other files, are declared in a document type; Word writes none."""
        raise UsageError(f"{self._name} has definitions in it that Word never writes; it was not read.", _HINT)


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return a document of the parts that were looked at, and no others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


class _Pictures:
    """The pictures of a document, taken as the text names them."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}
        self.left: Counter[str] = Counter()
        self._words: dict[str, str] = {}

    def take(self, image: "mammoth.images.Image") -> dict[str, str]:
        """Keep one, and return its name as an attribute."""
        try:
            with image.open() as file:
                content, kind = _as_shown(file.read())
        except (OSError, ValueError, KeyError, SyntaxError, Image.DecompressionBombError):
            self.left["a picture that is not in the document, or in a format that no mail shows"] += 1
            return {"src": ""}
        name = next((name for name, known in self.taken.items() if known == content), "")
        name = name or f"picture-{len(self.taken) + 1}.{kind}"
        self.taken[name] = content
        words = one_line(str(image.alt_text or ""), 300)
        # Word proposes the file's name, or words of its own making.
        if not words or re.search(
            r"\.\w{3,4}$|^Picture \d+$|^Image \d+$|automatically generated|^A .* AI-generated", words
        ):
            words = NO_WORDS
        self._words[name] = words
        return {"src": name}

    def named(self, source: str) -> tuple[str, str] | None:
        """Return a picture's file and words."""
        return (source, self._words[source]) if source in self._words else None


def _as_shown(content: bytes) -> tuple[bytes, str]:
    """Return a picture in a format that mail programs show, and its ending."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise ValueError("too many pixels")
        if image.format in {"PNG", "JPEG"}:
            return content, "png" if image.format == "PNG" else "jpg"
        out = io.BytesIO()
        image.convert("RGBA").save(out, "PNG")
        return out.getvalue(), "png"


def _counted(left: Counter[str]) -> Iterator[str]:
    yield from (
        f"{what[0].upper()}{what[1:]}{f' ({number} times)' if number > 1 else ''}." for what, number in left.items()
    )


_MARKS = {
    rb"<w:del[ >]": "Tracked changes: the text is taken as if all were accepted",
    rb"<m:oMath[ >]": "Formulas",
    rb"<c:chart[ >]": "Charts: paste them as pictures",
    rb"<dgm:relIds[ >]": "SmartArt: paste it as a picture",
    rb"<w:(?:object|control)[ >]": "Embedded objects",
    rb"<w:sdt>.{0,2000}<w:docPartGallery w:val=\"Table of Contents\"": "The table of contents: the issue makes its own",
}


def _in_parts(parts: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what the document has beside its text."""
    body = parts.get("word/document.xml", b"")
    yield from (f"{what}." for mark, what in _MARKS.items() if re.search(mark, body, re.DOTALL))
    if comments := len(re.findall(rb"<w:comment[ >]", parts.get("word/comments.xml", b""))):
        yield f"{comments} {'comment' if comments == 1 else 'comments'}."
    names = {re.sub(r"\d*\.xml$", "", PurePosixPath(part).name) for part in parts if _says_something(part, parts[part])}
    yield from (f"The {what} of its pages." for what in ("header", "footer") if what in names)


def _says_something(part: str, content: bytes) -> bool:
    return _is_xml(part) and bool(re.search(rb"<w:t[ >]", content))


def _unknown_styles(messages: list[str]) -> Iterator[str]:
    found = [re.match(r"Unrecognised paragraph style: '?([^'(]{1,60})", message) for message in messages]
    names = list(dict.fromkeys(one_line(each[1], 40) for each in found if each))
    if names:
        yield f"Styles taken as ordinary text: {', '.join(names[:8])}{' and others' if len(names) > 8 else ''}."
