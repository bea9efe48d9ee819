"""The main job through a real Postfix: everybody once, whatever happens in between."""

import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path
from shutil import copyfile

import pytest
from effort import amount
from forked import Forked
from postfix import Postfix, running_postfix
from program import Program, workspace

pytestmark = pytest.mark.real

PEOPLE = 500
# Six kills fall on some 70 copies, sixty on 720.
KILLS, KILLED = amount(6, 60), amount(300, 2000)
ISSUES = Path(__file__).parents[2] / "issues"
_HEADERS = BytesHeaderParser(policy=default)


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with running_postfix() as server:
        yield server


def a_list_of(count: int, group: str) -> str:
    rows = (f"Reader {n:03},reader{n:03}@{group}.test" for n in range(count))
    return "name,address\n" + "\n".join(rows) + "\n"


def new_mailing(folder: Path, postfix: Postfix, group: str, count: int) -> Program:
    """Return a workspace with issue 18 and `count` readers at a domain of their own."""
    program = workspace(
        folder, relay=f'host = "127.0.0.1"\nport = {postfix.port}\nsecurity = "starttls"\nca_file = "{postfix.ca_file}"'
    )
    copyfile(ISSUES / "issue-18.md", folder / "issues" / "issue-18.md")
    (folder / "people.csv").write_text(a_list_of(count, group))
    program("import", "people.csv", "--yes")
    return program


def arrivals(postfix: Postfix, domain: str) -> Counter[str]:
    """Return how many copies arrived for each address of a domain."""
    found: Counter[str] = Counter()
    for raw in postfix.copies():
        head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]  # of 30 MB of copies the heads are all that is read
        to = _HEADERS.parsebytes(head)["To"].addresses[0].addr_spec
        if to.endswith(f"@{domain}"):
            found[to] += 1
    return found


def test_500_people_each_get_their_own_copy_once(tmp_path: Path, postfix: Postfix) -> None:
    """`send` ends complete with 500 sent; each copy names its own reader; running it again sends nothing."""
    program = new_mailing(tmp_path, postfix, "whole", PEOPLE)
    status = program("send", "18", "--yes", "--json").json
    assert (status["state"], status["counts"]["sent"], status["total"]) == ("complete", PEOPLE, PEOPLE)
    assert sum(status["counts"].values()) == PEOPLE
    assert arrivals(postfix, "whole.test") == {f"reader{n:03}@whole.test": 1 for n in range(PEOPLE)}
    assert program("send", "18", "--yes", "--json").json == status
    log = program("log", "18", "--json").json
    assert {(line["state"], line["code"], line["attempts"]) for line in log} == {("sent", 250, 1)}
    assert len({line["message_id"] for line in log}) == PEOPLE


def test_killed_again_and_again_nobody_is_missed_and_nobody_gets_it_twice(tmp_path: Path, postfix: Postfix) -> None:
    """SIGKILL at random moments; what cannot be known is `unknown`, and nothing else is missing."""
    program = new_mailing(tmp_path, postfix, "killed", KILLED)
    chance = random.Random(18)
    for _ in range(KILLS):
        kill_after(program.start("send", "18", "--yes"), postfix, chance.randrange(25))
    status = program("send", "18", "--yes", "--json", expect=None).json
    counts = status["counts"]
    assert sum(counts.values()) == status["total"] == KILLED
    assert status["state"] == "complete"
    assert counts["sent"] + counts["unknown"] == KILLED
    doubtful = {line["address"] for line in program("log", "18", "--state", "unknown", "--json").json}
    arrived = arrivals(postfix, "killed.test")
    assert max(arrived.values()) == 1
    assert {f"reader{n:03}@killed.test" for n in range(KILLED)} - set(arrived) <= doubtful


def test_an_address_that_does_not_exist_is_refused_in_the_relays_own_words(tmp_path: Path, postfix: Postfix) -> None:
    """The refusal stands in the log, the person is marked bounced, the exit code says that somebody must look."""
    program = new_mailing(tmp_path, postfix, "gone", 3)
    program("add", "Gone <gone@school.test>")
    status = program("send", "18", "--yes", "--json", expect=1).json
    assert (status["state"], status["counts"]["sent"], status["counts"]["refused"]) == ("complete", 3, 1)
    (line,) = program("log", "18", "--state", "refused", "--json").json
    assert (line["address"], line["code"]) == ("gone@school.test", 550)
    assert "no such user" in line["reply"]
    (person,) = program("list", "--status", "bounced", "--json").json
    assert person["address"] == "gone@school.test"


def kill_after(process: Forked, postfix: Postfix, copies: int) -> None:
    """Kill a process once so many more copies have arrived."""
    goal = postfix.delivered() + copies
    while postfix.delivered() < goal:
        assert process.poll() is None, "it ended before it could be killed"
        threading.Event().wait(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
