"""docs/rfc.md and the code say the same about the standards that are followed."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "pscb_mail"
_NUMBERS = re.compile(r"\bRFC (\d{3,5})")
_SECTIONS = re.compile(r"\bRFC (\d{3,5}),? sections? (\d+(?:\.\d+)*(?:(?:, | and )\d+(?:\.\d+)*)*)")
_SECTION = re.compile(r"\d+(?:\.\d+)*")


def cited() -> dict[str, dict[str, set[str]]]:
    """Return, for each RFC in the code, the files that cite it with the sections that they name."""
    found: dict[str, dict[str, set[str]]] = {}
    for path in SOURCE.rglob("*.py"):
        text = re.sub(r"\s+#?\s*", " ", path.read_text(encoding="utf-8"))
        name = path.relative_to(SOURCE).as_posix()
        for number in _NUMBERS.findall(text):
            found.setdefault(number, {}).setdefault(name, set())
        for number, sections in _SECTIONS.findall(text):
            found[number][name] |= set(_SECTION.findall(sections))
    return found


def listed() -> dict[str, tuple[set[str], set[str], list[str]]]:
    """Return, for each RFC in the list, its row's sections, the files named for it, and the RFCs of its row."""
    found: dict[str, tuple[set[str], set[str], list[str]]] = {}
    for line in (ROOT / "docs" / "rfc.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 5 or not cells[0][:1].isdigit():
            continue
        row = cells[0].split(", ")
        for number in row:
            files: set[str] = set()
            for part in cells[3].split(";"):
                whose, _, names = part.rpartition(":")
                if not whose or number in whose:
                    files |= set(re.findall(r"`([^`]+)`", names))
            found[number] = (set(_SECTION.findall(cells[1])), files, row)
    return found


def test_every_standard_that_the_code_cites_is_listed() -> None:
    """Whoever cites a new one says in docs/rfc.md how far it is kept."""
    missing = {number: sorted(files) for number, files in cited().items() if number not in listed()}
    assert missing == {}


def test_every_standard_that_is_listed_is_cited_in_the_files_that_are_named() -> None:
    """A row is not a wish: the code that follows it says so at the line."""
    code = cited()
    wrong = [
        (number, name)
        for number, (_, files, _) in listed().items()
        for name in files
        if name not in code.get(number, {})
    ]
    assert wrong == []


def test_the_sections_that_sending_follows_are_listed_and_no_others() -> None:
    """Section for section: what is implemented, and nothing that is not."""
    code, rows = cited(), listed()
    for number, files in code.items():
        followed = set().union(*(sections for name, sections in files.items() if name.startswith("sending/")), set())
        anywhere = set().union(*(sections for each in rows[number][2] for sections in code[each].values()))
        assert followed <= rows[number][0], f"RFC {number}: {sorted(followed - rows[number][0])} is not listed"
        assert rows[number][0] <= anywhere, f"RFC {number}: {sorted(rows[number][0] - anywhere)} is nowhere cited"
