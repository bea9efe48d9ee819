"""How well the mailbox understands: precision and recall of each finding, on words and reports it was not tuned on.

    python bench/understanding.py            the table in docs/mailbox.md
    python bench/understanding.py --misses   and every row that was taken for something else
    python bench/understanding.py --manual   writes the table into docs/mailbox.md

The rows are `tests/data/words/held-out-*.txt` and `held-out-reports-*.txt`; their heads say how they are written. The
first finding that a row allows is what it *is*; any other that it allows counts as right as well.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pscb_mail.mailbox import incoming
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.understanding import Ours, understand

DATA = Path(__file__).parent.parent / "tests" / "data" / "words"
MANUAL = Path(__file__).parent.parent / "docs" / "mailbox.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
FILES = tuple(sorted(DATA.glob("held-out-*.txt")))
OURS = Ours("newsletter@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")
REFERENCE = "7K2QM-9XW4B-3HTRN-E5VCJ"
REVIEWED = frozenset({"opt_out?", Kind.LEFT, Kind.ADDRESS_CHANGE, Kind.SUBSCRIBE})


@dataclass(frozen=True)
class Row:
    """What was written, the findings it may be taken for, and what was found."""

    text: str
    allowed: tuple[str, ...]
    found: str
    address: str = ""


def words(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of words."""
    allowed: tuple[str, ...] = ()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            allowed = tuple(line.strip("[]").split(" | "))
        elif line and not line.startswith("#"):
            finding = understand(incoming.read(message(line)), OURS)[0]
            yield Row(line, allowed, _name(finding))


def message(line: str) -> bytes:
    """Return the message that a row of words is: a reply to our copy, unless it brings a subject of its own."""
    subject, body = "Re: PSCB Newsletter 18: October 2010", line
    if line.startswith("Subject: "):
        subject, _, body = line.removeprefix("Subject: ").partition(" ¦ ")
    answers = f"<issue-18.{REFERENCE}@pscb.example>"
    head = (
        f"From: Jo Bloggs <jo.bloggs@school.example>\nTo: {OURS.reply_to}\nSubject: {subject}\nIn-Reply-To: {answers}"
    )
    body = body.replace("\\n", "\n")
    return f"{head}\nContent-Type: text/plain; charset=utf-8\n\n{body}\n".encode()


def reports(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of reports."""
    for chunk in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, text = chunk.partition("\n")
        kinds, severity, address = head.split()
        raw = re.sub(r"^@RETURNED (\S+)@$", _returned, text, flags=re.MULTILINE).encode()
        findings = understand(incoming.read(raw), OURS)
        found = ",".join(sorted(finding.address for finding in findings))
        yield Row(
            text,
            tuple(kind if severity == "-" else f"{kind} {severity}" for kind in kinds.split("|")),
            _reported(findings[0]),
            "" if address in {"-", found} else f"{found} for {address}",
        )


def _reported(finding: Finding) -> str:
    return f"{finding.kind} {finding.severity}" if finding.severity else _name(finding)


def _returned(match: re.Match[str]) -> str:
    return (
        f"From: PSCB Newsletter <{OURS.address}>\nTo: {match[1]}\nSubject: PSCB Newsletter 18: October 2010\n"
        f"Message-ID: <issue-18.{REFERENCE}@pscb.example>\nX-PSCB-Mail: {REFERENCE}\n"
    )


def _name(finding: Finding) -> str:
    return f"{finding.kind}?" if finding.kind is Kind.OPT_OUT and finding.doubt else str(finding.kind)


def table(rows: list[Row]) -> Iterator[str]:
    """Yield the table: of each finding how many there are, how many of those found are right, how many are found."""
    yield "| finding | rows | precision | recall |"
    yield "|---|---|---|---|"
    are = Counter(row.found if row.found in row.allowed else row.allowed[0] for row in rows)
    found = Counter(row.found for row in rows)
    right = Counter(row.found for row in rows if row.found in row.allowed)
    for name in sorted(are | found):
        yield f"| {name} | {are[name]} | {_share(right[name], found[name])} | {_share(right[name], are[name])} |"


def promises(rows: list[Row]) -> Iterator[str]:
    """Yield what must hold of opting out and of bounces."""
    clear = [row for row in rows if row.allowed == (Kind.OPT_OUT,)]
    others = [row for row in rows if Kind.OPT_OUT not in row.allowed]
    returned = [row for row in rows if row.allowed[0].startswith("bounce")]
    if clear:
        unnoticed = [row for row in clear if row.found != Kind.OPT_OUT and row.found not in REVIEWED]
        yield f"taken off without having asked: {sum(row.found == Kind.OPT_OUT for row in others)} of {len(others)}"
        yield f"clear wishes unnoticed: {_of(len(unnoticed), len(clear))}"
        yield f"clear wishes left to review: {_of(sum(row.found in REVIEWED for row in clear), len(clear))}"
    if returned:
        yield f"bounces whose address is found: {_of(sum(not row.address for row in returned), len(returned))}"
        right = sum(row.found in row.allowed for row in returned)
        yield f"bounces whose severity is right: {_of(right, len(returned))}"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({_share(part, whole)})"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


@cache
def read(path: Path) -> list[Row]:
    """Return the rows of a file, of words or of reports."""
    return list((reports if "reports" in path.name else words)(path))


def summary() -> Iterator[str]:
    """Yield the tables of docs/mailbox.md: all sets together, and what must hold."""
    rows = [row for path in FILES for row in read(path)]
    yield from table(rows)
    yield ""
    for line in promises(rows):
        yield f"- {line}"


def main() -> None:
    """Print the tables, and the misses where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--misses", action="store_true", help="every row that was taken for something else")
    parser.add_argument("--manual", action="store_true", help="write the table into docs/mailbox.md")
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_args()
    for path in arguments.files or FILES:
        rows = read(path)
        print(f"\n{path.stem}: {len(rows)} rows\n", *table(rows), "", *promises(rows), sep="\n")
        for row in rows if arguments.misses else []:
            if row.found not in row.allowed or row.address:
                print(f"{' | '.join(row.allowed)} < {row.found} {row.address} < {row.text[:200]!r}")
    if arguments.manual:
        before, _, rest = MANUAL.read_text(encoding="utf-8").partition(BEGIN)
        table_now = "\n".join(summary())
        MANUAL.write_text(f"{before}{BEGIN}\n\n{table_now}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    if not arguments.files:
        print("\nall of them:\n", *summary(), sep="\n")


if __name__ == "__main__":
    main()
