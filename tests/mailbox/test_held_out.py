"""Words and reports that the understanding was not tuned on when they were written: the promises, measured.

The rows are in tests/data/words/held-out-*.txt; `bench/understanding.py` reads them and makes the table in docs/mailbox.md.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
WORDS = sorted((ROOT / "tests" / "data" / "words").glob("held-out-[0-9]*.txt"))
REPORTS = sorted((ROOT / "tests" / "data" / "words").glob("held-out-reports-*.txt"))


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_understanding", ROOT / "bench" / "understanding.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BENCH = load()


def path_name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", WORDS, ids=path_name)
def test_nobody_is_taken_off_who_did_not_ask(path: Path):
    rows = [row for row in BENCH.read(path) if "opt_out" not in row.allowed]
    assert [row.text for row in rows if row.found == "opt_out"] == []


@pytest.mark.parametrize("path", WORDS, ids=path_name)
def test_at_most_two_in_a_hundred_clear_wishes_go_unnoticed(path: Path):
    rows = [row for row in BENCH.read(path) if row.allowed == ("opt_out",)]
    unnoticed = [row.text for row in rows if row.found != "opt_out" and row.found not in BENCH.REVIEWED]
    assert len(unnoticed) <= len(rows) / 50, unnoticed


@pytest.mark.parametrize("path", WORDS, ids=path_name)
def test_at_most_a_quarter_of_the_clear_wishes_wait_for_a_person(path: Path):
    rows = [row for row in BENCH.read(path) if row.allowed == ("opt_out",)]
    assert sum(row.found in BENCH.REVIEWED for row in rows) <= len(rows) / 4


@pytest.mark.parametrize("path", WORDS, ids=path_name)
def test_a_child_at_risk_is_never_missed(path: Path):
    assert [row.text for row in BENCH.read(path) if row.allowed == ("urgent",) and row.found != "urgent"] == []


@pytest.mark.parametrize("path", WORDS, ids=path_name)
def test_what_only_sounds_like_an_alarm_is_seldom_taken_for_one(path: Path):
    """People who are called too often stop looking: at most one in twenty of what is none."""
    rows = [row for row in BENCH.read(path) if "urgent" not in row.allowed]
    assert len([row.text for row in rows if row.found == "urgent"]) <= len(rows) / 20


@pytest.mark.parametrize("path", REPORTS, ids=path_name)
def test_a_report_tells_who_and_how_bad(path: Path):
    rows = BENCH.read(path)
    bounced = [row for row in rows if row.allowed[0].startswith("bounce")]
    assert sum(not row.address for row in bounced) >= 0.97 * len(bounced)
    assert sum(row.found in row.allowed for row in bounced) >= 0.95 * len(bounced)
    assert sum(row.found in row.allowed for row in rows) >= 0.95 * len(rows)


def test_the_manual_s_table_is_what_is_measured():
    """docs/mailbox.md holds the lines that the command prints now."""
    manual = (ROOT / "docs" / "mailbox.md").read_text(encoding="utf-8")
    missing = [line for line in BENCH.summary() if line not in manual]
    assert missing == []
