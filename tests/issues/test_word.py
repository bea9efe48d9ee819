"""From Word: a document made by another library becomes an issue that builds; what is made to harm is refused in a sentence."""

import datetime as dt
import io
import re
import struct
import time
import zipfile
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches
from drafts import TEMPLATES, settings
from effort import amount
from hypothesis import assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml.html import builder, tostring
from PIL import Image
from program import workspace

from pscb_mail.errors import UsageError
from pscb_mail.issues import preflight, skeleton, word
from pscb_mail.issues.document import Document
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.rewriting import rewritten
from pscb_mail.issues.source import Source, read_source
from pscb_mail.issues.tokens import plain

TODAY = dt.date(2011, 1, 31)
NASTY = "{{ name }} {% x %} <b>*stars*</b> _under_ [a](b) &amp; `code` a|b snake_case \\ ~~x~~"


def picture(colour: str = "red", kind: str = "PNG") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(file, kind)
    file.seek(0)
    return file


def saved(document: docx.document.Document, folder: Path) -> Path:
    path = folder / "draft.docx"
    document.save(path)
    return path


def linked(paragraph: docx.text.paragraph.Paragraph, words: str, target: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(words)
    link.append(run._r)
    paragraph._p.append(link)


@pytest.fixture
def letter() -> docx.document.Document:
    """Everything that an article in Word has."""
    document = docx.Document()
    document.add_heading("Newsletter 19: January", 0)
    document.add_heading("First article", 1)
    paragraph = document.add_paragraph("Plain and ")
    paragraph.add_run("bold:").bold = True
    paragraph.add_run("then ")
    paragraph.add_run("italic ").italic = True
    linked(paragraph, "the programme", "https://www.pscb.example/training_(new)")
    linked(paragraph, "my disk", "file:///C:/secret.doc")
    document.add_heading("A part of it", 3)
    for words, style in (
        ("one", "List Bullet"),
        ("nested", "List Bullet 2"),
        ("two", "List Bullet"),
        ("first", "List Number"),
    ):
        document.add_paragraph(words, style=style)
    document.add_paragraph("Wise words.", style="Quote")
    table = document.add_table(rows=2, cols=2)
    for place, words in enumerate(("Period", "Reviews", "To March", "173")):
        table.cell(place // 2, place % 2).text = words
    document.add_table(rows=1, cols=1).cell(0, 0).text = "A box"
    document.add_picture(picture(), width=Inches(1))
    document.add_paragraph(NASTY)
    document.sections[0].header.paragraphs[0].text = "Draft, do not copy"
    return document


def begun(draft: skeleton.Draft, folder: Path) -> Path:
    return skeleton.begin_from(folder / "issues", "19", "PSCB Newsletter", TODAY, draft)


def test_a_document_becomes_an_issue_that_builds_with_everything_in_it(letter, tmp_path):
    draft = word.read(saved(letter, tmp_path))
    path = begun(draft, tmp_path)
    document = parse(read_source(path))
    assert document.source.title == "Newsletter 19: January"
    assert [(heading.level, heading.text) for heading in document.headings] == [
        (2, "First article"),
        (3, "A part of it"),
    ]
    assert [(link.text, link.target) for link in document.links] == [
        ("the programme", "https://www.pscb.example/training_(new)")
    ]
    kinds = [node.type for node in document.tree.children]
    for kind in ("bullet_list", "ordered_list", "blockquote", "table", "callout"):
        assert kind in kinds, kind
    assert "- one\n  - nested\n- two" in draft.body
    assert "**bold**:then *italic*" in draft.body
    assert [each.file for each in document.pictures] == ["picture-1.png"]
    report = preflight.check(path.parents[1], "19", settings(), (TEMPLATES,))
    assert report.html_bytes
    assert {remark.rule for remark in report.errors} == {"placeholder"}


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("January 2027", "PSCB Newsletter 19: January 2027"),
        ("News no. 19: January 2027", "News no. 19: January 2027"),
        ("The PSCB newsletter, January 2027", "The PSCB newsletter, January 2027"),
        ("", "PSCB Newsletter 19: January 2011"),
    ],
)
def test_the_subject_says_what_the_document_is_called(title, subject, tmp_path):
    """The month of today says nothing about a document that names its own; and the date is told to be today's."""
    path = begun(skeleton.Draft(title, "Words.", {}), tmp_path)
    assert read_source(path).subject == subject
    assert "# today: put the day on which it goes out" in path.read_text(encoding="utf-8")


def test_words_stay_words(letter, tmp_path):
    """No character of a document becomes markup, a merge field or a block."""
    document = parse(read_source(begun(word.read(saved(letter, tmp_path)), tmp_path)))
    assert NASTY in texts(document)


def test_what_is_left_behind_is_said(letter, tmp_path):
    letter.add_comment(letter.paragraphs[1].runs, "Is that so?", "Jo", "J")
    letter.add_paragraph("Shouted", style=letter.styles.add_style("Big Banner", 1))
    letter.add_picture(picture("blue", "BMP"))
    left = word.read(saved(letter, tmp_path)).left
    assert "A link within the document, or to a file; its words are kept." in left
    assert "1 comment." in left
    assert "The header of its pages." in left
    assert "Styles taken as ordinary text: Big Banner." in left


def test_pictures_are_kept_once_with_the_words_of_their_author_alone(tmp_path):
    """Word's own names of pictures are no words for those who do not see them: the place to write some is marked."""
    document = docx.Document()
    for colour, words in (
        ("red", "The new office"),
        ("red", "The new office"),
        ("blue", "A picture automatically generated"),
    ):
        document.add_picture(picture(colour, "TIFF" if colour == "blue" else "JPEG"))
        document.paragraphs[-1]._p.xpath(".//wp:docPr")[0].set("descr", words)
    draft = word.read(saved(document, tmp_path))
    assert list(draft.pictures) == ["picture-1.jpg", "picture-2.png"]
    assert draft.body.count("![The new office](picture-1.jpg)") == 2
    assert word.NO_WORDS.strip("[]") in draft.body


def test_footnotes_become_notes():
    page = (
        '<h2>One</h2><p>Said<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup>.</p>'
        '<ol><li id="footnote-1"><p> In 2010. <a href="#footnote-ref-1">↑</a></p></li></ol>'
    )
    assert rewritten(page, lambda _: None).body == "## One\n\nSaid[^1].\n\n[^1]: In 2010.\n"


def texts(document: Document) -> list[str]:
    return [plain(node) for node in document.tree.walk() if node.type == "inline"]


WORDS = st.text(st.sampled_from("ab1 *_[](){}<>#|`~!&;:.-+=\\\"'%é\u00a0\u202e\x00"), min_size=1, max_size=25)
INLINE = st.recursive(
    WORDS,
    lambda inner: st.tuples(st.sampled_from(["strong", "em", "sup"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)


def element(tree: str | tuple[str, list[object]]) -> object:
    if isinstance(tree, str):
        return "".join(c for c in tree if c != "\x00")
    return getattr(builder, tree[0].upper())(*map(element, tree[1]))


def squeezed(text: str) -> str:
    return " ".join("".join(c for c in text if c not in "\u202e\x00").split())


@hypothesis_settings(max_examples=amount(60, 1000))
@example([("p", ["1", ("strong", ["_"])]), ("p", [("em", ["_"]), "1"])])
@example([("p", [("strong", ["1 :"])]), ("p", ["x", ("em", ["(a", ("strong", ["b)"])])])])
@example([("p", ["1", ("sup", [("strong", [":1"])])])])
@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "h1", "h2", "li", "td"]), st.lists(INLINE, min_size=1, max_size=3)), max_size=4
    )
)
def test_whatever_stands_in_a_document_its_issue_says_the_same(trees):
    """Any characters, in any emphasis: the issue parses, and its words are the document's, in their order."""
    blocks = []
    for tag, inside in trees:
        node = getattr(builder, tag.upper())(*map(element, inside))
        node = builder.UL(node) if tag == "li" else node
        blocks.append(builder.TABLE(builder.TR(builder.TD("Head")), builder.TR(node)) if tag == "td" else node)
    expected = [
        squeezed(str(node.text_content()))
        for block in blocks
        for node in ([block] if block.tag != "table" else block.iter("td"))
    ]
    assume(not any(re.match(r"(?:<[^<>]*>|[\W\d_])*?:[\W_]*:", words) for words in expected))  # as good as a fence
    found = rewritten("".join(tostring(block, encoding="unicode") for block in blocks), lambda _: None)
    said = [squeezed(text) for text in texts(parse(Source("x", Path("x.md"), "Title", "Subject", found.body)))]
    assert [*filter(None, [found.title, *said])] == [*filter(None, expected)]


def test_a_passage_for_some_that_was_typed_in_word_is_never_shown_to_all():
    """It is words there, and in its issue a mistake with its line."""
    page = "<p>Hi.</p><p>::: only Heads</p><p>Secret.</p><p><b>:::</b></p>"
    issue = Source("x", Path("x.md"), "Title", "Subject", rewritten(page, lambda _: None).body)
    with pytest.raises(UsageError, match=r"x\.md:3: .* type ::: anew.*\n.*x\.md:7: .* type ::: anew"):
        parse(issue)


# -- what is made to harm -------------------------------------------------------------------------------------------


def document_xml(body: str, head: str = "") -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return f'<?xml version="1.0"?>{head}<w:document {space}><w:body>{body}</w:body></w:document>'.encode()


def packed(folder: Path, parts: dict[str, bytes]) -> Path:
    path = folder / "hostile.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
TOO_MUCH = "unpacks to far more than an issue can hold"
DEFINITIONS = "definitions in it that Word never writes"
HOSTILE = {
    "a zip bomb": ({"word/document.xml": b"<a>" + b" " * 11_000_000 + b"</a>"}, TOO_MUCH),
    "bombs beside the text": ({f"word/media/{n}.png": b"\0" * 24_000_000 for n in range(5)}, TOO_MUCH),
    "a billion laughs": ({"word/document.xml": document_xml("&l9;", f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>')}, DEFINITIONS),
    "an entity from a file": (
        {"word/document.xml": document_xml("&f;", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>')}, DEFINITIONS,
    ),
    "entities in another part and encoding": (
        {"word/document.xml": document_xml(""), "word/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")},
        DEFINITIONS,
    ),
    "elements without depth's end": ({"word/document.xml": document_xml("<w:p>" * 5000 + "</w:p>" * 5000)}, TOO_MUCH),
    "elements without number's end": ({"word/document.xml": document_xml("<w:p/>" * 300_000)}, TOO_MUCH),
    "broken XML": ({"word/document.xml": b"<a>"}, "is damaged"),
    "no text at all": ({"x.txt": b"x"}, "not a Word document that can be understood"),
    "too many parts": ({f"{n}.txt": b"" for n in range(3001)}, "more than 3,000 parts"),
    "more text than an issue holds": (
        {"word/document.xml": document_xml(f"<w:p><w:r><w:t>{'Long words. ' * 80}</w:t></w:r></w:p>" * 100)}, "too long for an issue",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_made_to_harm_is_refused_in_a_sentence_and_in_seconds(tmp_path, name):
    parts, sentence = HOSTILE[name]
    path = packed(tmp_path, parts)
    begun_at = time.process_time()
    with pytest.raises(UsageError, match=rf"hostile\.docx .*{sentence}"):
        word.read(path)
    assert time.process_time() - begun_at < 5


def test_sizes_that_a_file_gives_of_itself_are_not_believed(tmp_path):
    """The directory says a hundred bytes; eleven megabytes would come out."""
    path = packed(tmp_path, {"word/document.xml": b"<a>" + b" " * 11_000_000 + b"</a>"})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        content[(at := content.index(signature) + offset) : at + 4] = struct.pack("<I", 100)
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"hostile\.docx"):
        word.read(path)


def test_nothing_outside_the_document_is_read(tmp_path):
    """A picture that is only linked: its file beside the document stays where it is, and that is said."""
    (tmp_path / "secret.png").write_bytes(picture().getvalue())
    document = docx.Document()
    document.add_picture(picture())
    identity = document.part.relate_to((tmp_path / "secret.png").as_uri(), RELATIONSHIP_TYPE.IMAGE, is_external=True)
    blip = document.element.body.xpath(".//a:blip")[0]
    del blip.attrib[qn("r:embed")]
    blip.set(qn("r:link"), identity)
    draft = word.read(saved(document, tmp_path))
    assert not draft.pictures
    assert draft.left == ("A picture that is not in the document, or in a format that no mail shows.",)


FILES = {
    "old.docx": (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old format, or has a password"),
    "text.docx": (b"Dear all", "not a Word document"),
    "empty.docx": (b"", "not a Word document"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_word_document_is_said_to_be_none(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name][0])
    with pytest.raises(UsageError, match=FILES[name][1]):
        word.read(tmp_path / name)


@pytest.mark.parametrize("path", ["/dev/zero", "nowhere.docx", "."])
def test_only_a_file_is_read(path):
    with pytest.raises(UsageError, match="is not a file"):
        word.read(Path(path))


def test_an_issue_that_is_there_is_never_touched(letter, tmp_path):
    draft = word.read(saved(letter, tmp_path))
    begun(draft, tmp_path)
    with pytest.raises(UsageError, match="is there already"):
        begun(draft, tmp_path)
    assert [path.name for path in (tmp_path / "issues").iterdir()] == ["issue-19"]


def test_the_command_says_what_it_made_and_what_it_left(letter, tmp_path):
    program = workspace(tmp_path)
    done = program("new", "21", "--from", str(saved(letter, tmp_path)))
    assert re.search(r"Begun: .*issue-21.*, with 1 picture beside it", " ".join(done.out.split()))
    assert "The header of its pages." in done.err
    assert "Its date is today" in done.err
    assert (program.folder / "issues" / "issue-21" / "picture-1.png").is_file()
