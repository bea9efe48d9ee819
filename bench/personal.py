"""How long personal bytes take: `python bench/personal.py [PEOPLE]`.

Issue 18 is built and composed; then for each of 100,000 people, as a mailing does it, their references are made (once,
when it begins), and for every copy its values (greeting, headers) are made and spliced in, passages for some groups
chosen. All bytes of a copy are counted and thrown away. Beside it an `EmailMessage` for each person, as most programs
do it, for one in a hundred of them. Printed are CPU seconds (what it costs) and seconds (what it took here); it ends
with 1 where values and splicing take 3 s of CPU or more for 100,000.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from pscb_mail.issues.building import build
from pscb_mail.issues.edition import Edition, for_groups, splice
from pscb_mail.issues.source import read_source
from pscb_mail.sending.message import Letters, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.settings import Newsletter
from pscb_mail.workspace import find_workspace

ROOT = Path(__file__).parents[1]
GROUPS = ((), ("Heads",), ("Police", "Board"))
# One in ten has a name that a header must quote or encode.
NAMES = ("Alexandra Montgomery", *("Jo Shaw", "Sam Reader", "Chris Hill") * 3, "Zoë O’Neill")[:10]
LIMIT = 3.0


@dataclass
class Took:
    """What a piece of work took."""

    cpu: float = 0
    wall: float = 0


@contextmanager
def measured(what: str) -> Iterator[Took]:
    took, wall, cpu = Took(), time.perf_counter(), time.process_time()
    yield took
    took.cpu, took.wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{what:<36} {took.cpu:7.2f} s of CPU {took.wall:7.2f} s", flush=True)


def values(number: int, code: str, now: datetime, newsletter: Newsletter) -> dict[str, str]:
    """Return what goes into one person's copy."""
    return values_of(
        name=NAMES[number % len(NAMES)], organisation=f"School {number % 500}", role="Head",
        address=f"reader.{number}@school-{number % 500}.example", reference=code, dated=now, zone=newsletter.zone,
    )  # fmt: skip


def as_most_do(edition: Edition, codes: list[str], now: datetime, newsletter: Newsletter) -> int:
    """Build an EmailMessage for each; return the bytes that came of it."""
    size = 0
    for number, code in enumerate(codes):
        personal, chosen, message = values(number, code, now, newsletter), for_groups(edition, ()), EmailMessage()
        message["To"], message["Date"] = personal["to"], personal["date"]
        message.set_content(splice(chosen.text, personal))
        message.add_alternative(splice(chosen.html, personal), subtype="html")
        size += len(message.as_bytes())
    return size


def main() -> int:
    """Measure, print, and say whether it was quick enough."""
    count = int(sys.argv[1]) if sys.argv[1:] else 100_000
    workspace, now = find_workspace(ROOT, named=ROOT), datetime.now(UTC)
    newsletter = workspace.settings.newsletter
    with measured("issue 18 built, cold"):
        edition = build(read_source(ROOT / "issues" / "issue-18.md"), workspace.settings, workspace.templates)
    with measured(f"{count:,} references"):
        codes = [reference(b"k" * 32, Purpose.MAILING, edition.issue, str(number)) for number in range(count)]
    letters, size = Letters(edition, newsletter, Purpose.MAILING), 0
    with measured(f"{count:,} copies") as copies:
        for number, code in enumerate(codes):
            pieces = letters.for_groups(GROUPS[number % 3]).spliced(values(number, code, now, newsletter))
            size += sum(map(len, pieces))
    print(f"  {size / count / 1000:.0f} KB and {copies.cpu / count * 1e6:.0f} us of CPU each")
    few = codes[: max(1, count // 100)]
    with measured(f"{len(few):,} as an EmailMessage each"):
        as_most_do(edition, few, now, newsletter)
    return int(copies.cpu * 100_000 / count >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
