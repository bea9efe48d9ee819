"""What is inside attachments and pictures is guarded like the text; what cannot be read is told, and nothing hangs."""

import contextlib
import io
import re
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin

from pscb_mail.issues.insides import insides, picture_words
from pscb_mail.issues.preflight import check
from pscb_mail.issues.preflight.enclosed import read
from pscb_mail.issues.preflight.guard import Bare, dates_of_birth, is_nhs_number, nhs_numbers
from pscb_mail.settings import Settings
from pscb_mail.workspace import packaged

NHS = "943 476 5919"


def word(*runs: str, author: str = "", header: str = "") -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for run in runs:
        paragraph.add_run(run).bold = len(run) % 2 == 0
    document.core_properties.author = author
    document.sections[0].header.paragraphs[0].text = header
    return saved(document.save)


def sheet(*rows: tuple[object, ...], comment: str = "", hidden: str = "") -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if comment:
        book.active["A1"].comment = Comment(comment, "x")
    if hidden:
        other = book.create_sheet("Old")
        other.append([hidden])
        other.sheet_state = "hidden"
    return saved(book.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def packed(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def pdf(words: str, title: str = "", stream: bytes | None = None) -> bytes:
    """One page, written by hand."""
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode() if stream is None else stream
    packed_stream = zlib.compress(stream)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed_stream), packed_stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Title({title})>>".encode(),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


def photograph(words: str = "", *, placed: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = words
    if placed:
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 34.0, 12.0)})
    return saved(lambda target: Image.new("RGB", (40, 30), "navy").save(target, "JPEG", exif=exif))


def titled(words: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta><dc:title>{words}</dc:title></x:xmpmeta>")
    return saved(lambda target: Image.new("RGB", (40, 30)).save(target, "PNG", pnginfo=info))


WORDS = [
    ("notes.txt", f"Child: {NHS}".encode()),
    ("notes.txt", f"Child: {NHS}".encode("utf-16")),
    ("list.csv", b"name;nhs\nJo;9434765919\n"),
    ("list.csv", b'"unclosed\n9434765919'),
    ("page.html", b"<p>943 <b>476</b> 5919</p>"),
    ("letter.rtf", rb"{\rtf1\ansi Child 943 476\f0 5919\par}"),
    ("draft.docx", word("The number is 943 4", "76 59", "19.")),
    ("draft.docx", word("Fine.", author=NHS)),
    ("draft.docx", word("Fine.", header=f"OFFICIAL {NHS}")),
    ("pupils.xlsx", sheet(("name", "number"), ("Jo", 9434765919))),
    ("pupils.xlsx", sheet(("name",), ("Jo",), comment=NHS)),
    ("pupils.xlsx", sheet(("name",), ("Jo",), hidden=NHS)),
    ("programme.pdf", pdf(f"Child {NHS}")),
    ("programme.pdf", pdf("Fine", title=NHS)),
    ("all.zip", packed(**{f"case {NHS}.txt": b"x"})),
    ("all.zip", packed(**{"inner.docx": word(NHS), "a.txt": b"x"})),
    ("all.zip", packed(**{"inner.zip": packed(**{"b.txt": NHS.encode()})})),
    ("photo.jpg", photograph(f"Seen with {NHS}")),
    ("photo.png", titled(NHS)),
    ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + f"The number {NHS}".encode("utf-16-le") + b"\0\xff" * 90),
    ("music.mp3", b"ID3\xff\xfb" + b"\0" * 100 + NHS.encode() + b"\xff" * 100),
]


@pytest.mark.parametrize(("name", "content"), WORDS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(WORDS)])
def test_a_number_is_found_wherever_a_file_keeps_it(name: str, content: bytes) -> None:
    found = insides(name, content).text
    assert NHS.replace(" ", "") in found.replace(" ", ""), found[:500]
    assert list(nhs_numbers(Bare(found)))


def test_cells_beside_each_other_make_no_number() -> None:
    """Three columns of counts are not one child."""
    counts = sheet((943, 476, 5919), (943,), (476,), (5919,))
    assert list(nhs_numbers(Bare(insides("counts.xlsx", counts).text))) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("born.csv", b"name,DOB\nJo,12/03/2001\n"),
        ("born.xlsx", sheet(("name", "Date of birth"), ("Jo", date(2001, 3, 12)))),
    ],
)
def test_a_column_gives_its_values_their_meaning(name: str, content: bytes) -> None:
    assert list(dates_of_birth(Bare(insides(name, content).text)))


def test_a_list_of_children_is_told_of_in_four_lines(tmp_path: Path, settings: Settings) -> None:
    """Hundreds would bury what else was found."""
    numbers = [f"94347{n:04}" for n in range(400)]
    valid = [f"{each}{check}" for each in numbers for check in range(10) if is_nhs_number(f"{each}{check}")]
    (tmp_path / "pupils.csv").write_text("\n".join(["number", *valid]))
    front = FRONT.replace("pupils.xlsx, photo.jpg", "pupils.csv").format("x" * 50)
    (tmp_path / "issue-18.md").write_text(f"{front}\nWords.\n", encoding="utf-8")
    errors = check(tmp_path, "18", settings, (packaged("templates"),)).errors
    assert len(errors) == 4
    assert "more of this kind" in errors[3].message


UNREAD = [
    ("scan.pdf", pdf("", stream=b"q Q"), "no text on its page 1"),
    ("film.mp4", b"\0\0\0\x18ftypmp42\xff\xff", r"files of \.mp4 cannot be read"),
    ("photo.jpg", photograph(), "written in a picture"),
    ("broken.docx", b"PK\3\4" + b"x" * 40, "damaged"),
    ("broken.pdf", b"%PDF-1.4 nothing", r"damaged, or made in a way that is not understood\Z"),
    ("bomb.zip", packed(**{"a.txt": b"\0" * 70_000_000}), "far more than a mail can hold"),
    ("deep.zip", packed(a=packed(b=packed(c=packed(d=b"x")))), "too deep"),
    ("many.zip", packed(**{f"{n}.txt": b"x" for n in range(2_100)}), "too many files"),
    ("long.txt", b"word " * 200_000, "too long"),
]


@pytest.mark.parametrize(("name", "content", "why"), UNREAD, ids=[name for name, _, _ in UNREAD])
def test_what_cannot_be_read_is_told(name: str, content: bytes, why: str) -> None:
    assert re.search(why, insides(name, content).unread)


def test_what_is_read_wholly_is_not_complained_of() -> None:
    for name, content in (
        ("a.docx", word("x")),
        ("a.xlsx", sheet(("x",))),
        ("a.pdf", pdf("x")),
        ("a.zip", packed(b=b"x")),
    ):
        assert insides(name, content).unread == "", name


def test_where_a_photograph_was_taken_is_known() -> None:
    assert insides("photo.jpg", photograph(placed=True)).placed
    assert not insides("photo.jpg", photograph()).placed
    assert picture_words(photograph("By the school gate", placed=True)) == ("By the school gate", True)


def test_a_file_that_takes_too_long_is_given_up() -> None:
    """In a process of its own, which ends with its time."""
    begun = time.monotonic()
    assert "far longer" in read("slow.txt", b"x", seconds=0.001).unread
    assert time.monotonic() - begun < 5


def test_a_file_is_read_in_a_process_of_its_own() -> None:
    found = read("draft.docx", word(f"Child {NHS}", author="Jo"))
    assert NHS in found.text
    assert "Jo" in found.text
    assert found.unread == ""


def test_a_file_beside_the_editor_is_no_part_of_the_program(tmp_path: Path) -> None:
    """Whoever can put json.py into a shared folder must not have it run there."""
    for name in ("json", "zipfile", "pypdf"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    with contextlib.chdir(tmp_path):
        assert NHS in read("beside.docx", word(f"Beside {NHS}")).text


FRONT = '---\nnumber: 18\ndate: 2010-10-31\ntitle: "Newsletter 18"\npreheader: "{}"\nattachments: [pupils.xlsx, photo.jpg]\n---\n'


def test_the_guard_reads_attachments_and_pictures(tmp_path: Path, settings: Settings) -> None:
    """With the line that names the file; a reason of some words lets it through like anything else."""
    born = sheet(("name", "date of birth"), ("Jo", date(2001, 3, 12)), ("Case ref CH/0417",))
    (tmp_path / "pupils.xlsx").write_bytes(born)
    (tmp_path / "photo.jpg").write_bytes(photograph("OFFICIAL-SENSITIVE", placed=True))
    (tmp_path / "gate.jpg").write_bytes(photograph(f"Child {NHS} at the gate", placed=True))
    text = FRONT.format("Front door workshop, the Munro review, training dates to Christmas")
    (tmp_path / "issue-18.md").write_text(f"{text}\n![The gate of the school](gate.jpg)\n", encoding="utf-8")
    report = check(tmp_path, "18", settings, (packaged("templates"),))
    assert [(remark.rule, remark.line, remark.message[:40]) for remark in report.errors] == [
        ("date-of-birth", 6, 'In the attachment "pupils.xlsx": Somebod'),
        ("case-reference", 6, 'In the attachment "pupils.xlsx": The ref'),
        ("protective-marking", 6, 'In the attachment "photo.jpg": "OFFICIAL'),
        ("nhs-number", 9, 'In the metadata of the picture "gate.jpg'),
    ]
    assert [(remark.rule, remark.line) for remark in report.warnings] == [
        ("attachment-unread", 6),
        ("attachment-place", 6),
    ]
