"""Tables of people from anywhere: a CSV or XLSX file's bytes made rows of text, and rows made a file.

Pure. Total on bytes: a file is refused with a sentence and a line, or each of its rows comes out with its line number,
whatever encoding and separator a spreadsheet program chose. Characters that the encoding does not have come out as lone
surrogates or U+FFFD, for the reader of the row to refuse; nothing is guessed at silently. Raises UsageError.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line, row_for_spreadsheet

FILE_LIMIT = 200_000_000
CELL_LIMIT = 10_000
COLUMN_LIMIT = 200
_LAST_ROW = 1_048_576  # Excel's own
_SEPARATORS = ",;\t|"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells, the line it begins on, and what is wrong with it as a row; "" where nothing is."""

    line: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A file's rows, in its order, and how it was read, for the user to see."""

    rows: Iterator[Row]
    read_as: str


def read_table(data: bytes, encoding: str = "") -> Table:
    """Return the rows of a CSV or XLSX file; `encoding` is the user's word, "" where it is to be found out."""
    if len(data) > FILE_LIMIT:
        raise UsageError(f"The file is larger than {FILE_LIMIT // 1_000_000} MB.", "Import it in parts.")
    if data.startswith(b"PK\3\4"):
        return _book(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(
            "This is an Excel file of the old kind (.xls).", "Save it as .xlsx or as CSV, and import that."
        )
    coding = _coding(data, encoding)
    separator, skipped = _separator(_text(data, coding).read(100_000))
    shown = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}[separator]
    return Table(_records(_text(data, coding), separator, skipped), f"{coding.called}, {shown} between columns")


def read_text(data: bytes) -> str:
    """Return text that was pasted or piped in, in whatever encoding; what cannot be read of it is `lost`."""
    return _text(data, _coding(data, "")).read()


# A byte that means nothing becomes a lone surrogate here, and U+FFFD with whoever decoded it before us.
_LOST = frozenset(chr(code) for code in range(0xD800, 0xE000)) | {"\ufffd"}


def lost(text: str) -> bool:
    """Whether a character of a text could not be read."""
    return not text.isascii() and not _LOST.isdisjoint(text)


def csv_text(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a CSV file, some hundred lines at once: no cell of it runs as a formula, and `read_table` reads it back."""
    waiting = iter(rows)
    while some := list(islice(waiting, 500)):
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\r\n")  # RFC 4180 section 2
        writer.writerows(map(row_for_spreadsheet, some))
        yield lines.getvalue()


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the bytes of a CSV file, with the mark without which Excel takes UTF-8 for something else."""
    yield codecs.BOM_UTF8
    for line in csv_text(rows):
        yield line.encode("utf-8", "replace")


def xlsx_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return an XLSX file with one sheet of text cells."""
    from openpyxl import Workbook  # noqa: PLC0415 - a quarter of a second that only XLSX needs

    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for row in rows:
        sheet.append(row_for_spreadsheet(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# -- bytes to text --------------------------------------------------------------------------------------------------

# A file is decoded as it is read, row by row: a list of a million takes no more memory than its bytes.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class _Coding:
    """How bytes become text, and its name for the user."""

    codec: str
    errors: str
    called: str


def _coding(data: bytes, encoding: str) -> _Coding:
    if encoding:
        _hold_decodable(data, encoding)
        return _Coding("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding, "strict", encoding)
    if data.startswith(_UTF16_MARKS):
        return _Coding("utf-16", "replace", "UTF-16")
    if guess := _utf16_without_mark(data):
        return _Coding(guess, "replace", "UTF-16")
    # A stray byte in a UTF-8 file spoils its row. Where nothing beyond ASCII is UTF-8, the file is from older Windows;
    # what is undefined there stays a lone surrogate.
    if _is_older_windows(data):
        return _Coding("cp1252", "surrogateescape", "Windows-1252")
    return _Coding("utf-8-sig", "surrogateescape", "UTF-8")


def _is_older_windows(data: bytes) -> bool:
    if data.isascii() or data.startswith(codecs.BOM_UTF8):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    blocks = (data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK))
    beyond = {c for block in chain(blocks, [b""]) for c in set(decoder.decode(block, final=not block)) if c > "\x7f"}
    return all("\udc80" <= character <= "\udcff" for character in beyond)


def _hold_decodable(data: bytes, encoding: str) -> None:
    """Refuse an encoding that there is not, or that the file is not in."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # refuses rot13, zlib and others that make no text of bytes
        decoder = codecs.getincrementaldecoder(encoding)()
        for start in range(0, len(data), _BLOCK):
            decoder.decode(data[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except LookupError as error:
        raise UsageError(f'There is no encoding "{encoding}".', "For instance utf-8, cp1252 or utf-16.") from error
    except (UnicodeError, ValueError) as error:
        raise UsageError(
            f"The file is not in {encoding}: {error}.", "Leave --encoding out to have it found."
        ) from error


def _utf16_without_mark(data: bytes) -> str:
    """Return the byte order of UTF-16 without its mark: then every other byte of ASCII text is zero."""
    head = data[:2000]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if len(head) >= 4 and max(odd, even) > 0.7 * (len(head) // 2) and min(odd, even) < 0.1 * len(head):
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _text(data: bytes, coding: _Coding) -> io.TextIOWrapper:
    """Return the text as a stream, its line ends all alike."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=coding.codec, errors=coding.errors, newline=None)


# -- text to rows ---------------------------------------------------------------------------------------------------


def _separator(head: str) -> tuple[str, int]:
    """Return what parts the columns, and how many lines of Excel's own hint (`sep=;`) stand before them."""
    start = head[:100].removeprefix("\ufeff")
    first = start.splitlines()[0] if start.strip() else ""
    if first.lower().startswith("sep=") and first[4:5] in _SEPARATORS and len(first) == 5:
        return first[4], 1
    for line in head.splitlines()[:20]:
        unquoted = "".join(line.split('"')[::2])
        counts = {separator: unquoted.count(separator) for separator in _SEPARATORS}
        if best := max(counts.values()):
            return next(s for s, n in counts.items() if n == best), 0
    return ",", 0


def _records(text: io.TextIOWrapper, separator: str, skipped: int) -> Iterator[Row]:
    """Yield the rows. Raises UsageError where a quotation mark is never closed: what follows cannot be told apart."""
    for _ in range(skipped):
        text.readline()
    reader = csv.reader(_unmarked(text), delimiter=separator, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num > begins or "field larger" not in str(error):
                raise _broken(begins + skipped, error) from error
            yield Row(begins + skipped, (), f"it has a cell of more than {CELL_LIMIT:,} characters.")
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(begins + skipped, tuple(cells[:COLUMN_LIMIT]), _row_fault(cells))


def _unmarked(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines without the byte order mark that UTF-16 without a declared order keeps."""
    first = text.readline()
    if first:
        yield first.removeprefix("\ufeff")
    yield from text


def _broken(line: int, error: csv.Error) -> UsageError:
    if "unexpected end" in str(error):
        reason = "a quotation mark is opened there and never closed"
    elif "field larger" in str(error):
        reason = f"a cell that begins there is longer than {CELL_LIMIT:,} characters"
    else:
        reason = f"a quotation mark stands in the middle of a cell ({error})"
    return UsageError(f"Line {line}: {reason}.", "Mend that line; nothing was imported.")


def _row_fault(cells: list[str]) -> str:
    if len(cells) > COLUMN_LIMIT:
        return f"it has more than {COLUMN_LIMIT} columns."
    if any(len(cell) > CELL_LIMIT for cell in cells):
        return f"it has a cell of more than {CELL_LIMIT:,} characters."
    return ""


def _book(data: bytes) -> Table:
    """Return the first sheet of an Excel file; where there are others, they are said to be left out."""
    from openpyxl import load_workbook  # noqa: PLC0415 - a quarter of a second that only XLSX needs

    with _told_what_is_wrong():
        _hold_small(data)
        first, *others = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets
    several = f'the first of {len(others) + 1} Excel sheets, "{one_line(first.title, 40)}"'
    return Table(_sheet(first), several if others else "an Excel sheet")


@contextmanager
def _told_what_is_wrong() -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise UsageError("The Excel file cannot be read.", "Save it as CSV and import that.") from error


def _sheet(sheet: Any) -> Iterator[Row]:
    with _told_what_is_wrong():
        # What a sheet says of its size may be wrong, and a stray cell makes it as large as itself: bounds of our own.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=_LAST_ROW, max_col=COLUMN_LIMIT + 1, values_only=True)
        for line, values in enumerate(rows, start=1):
            # There may be a million empty rows before a stray cell.
            if values.count(None) < len(values) and (cells := _filled(values)):
                yield Row(line, tuple(cells[:COLUMN_LIMIT]), _row_fault(cells))


def _hold_small(data: bytes) -> None:
    """Refuse a file that is small only as long as it is packed."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > FILE_LIMIT:
            raise UsageError("The Excel file unpacks to more than 200 MB.", "Save it as CSV and import that.")


def _filled(values: tuple[Any, ...]) -> list[str]:
    """Return a row's cells up to the last one with something in it."""
    last = next((place for place in range(len(values), 0, -1) if values[place - 1] is not None), 0)
    cells = [_cell(value) for value in values[:last]]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()
