"""A send that is asked to stop, as a user asks: Ctrl-C, a closing terminal or a machine that shuts down."""

import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from forked import Forked
from office import ISSUE
from program import Program, workspace
from scripted import Late, ScriptedServer, say_nothing

PEOPLE = 30


def sending(folder: Path, relay: ScriptedServer) -> tuple[Program, Forked]:
    """Return a workspace with readers, and the process that sends to them."""
    settings = f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"\nconnections = 2'
    program = workspace(folder, relay=settings)
    (folder / "issues" / "issue-7.md").write_text(ISSUE)
    program("add", *(f"reader{number}@school.test" for number in range(PEOPLE)))
    return program, program.start("send", "7", "--yes")


def when(true: Callable[[], bool], process: Forked) -> None:
    """Wait for something to happen while the process runs."""
    while not true():
        assert process.poll() is None, "it ended before that"
        threading.Event().wait(0.005)


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_send_that_is_asked_to_stop_finishes_what_is_on_its_way(tmp_path: Path, wish: signal.Signals) -> None:
    """130: nothing is in doubt, nothing more has been claimed, and the same command sends the rest."""
    with ScriptedServer({"BODY": Late(b"250 2.0.0 taken\r\n", 0.05)}) as relay:
        program, process = sending(tmp_path, relay)
        when(lambda: len(relay.taken) >= 3, process)
        process.send_signal(wish)
        assert process.wait() == 130
        status = program("status", "7", "--json").json
        taken = len(relay.taken)
        assert (status["state"], status["counts"]["unknown"], status["counts"]["in_flight"]) == ("stopped", 0, 0)
        assert (status["counts"]["sent"], status["counts"]["queued"]) == (taken, PEOPLE - taken)
        assert taken < PEOPLE
        assert program("send", "7", "--yes", "--json").json["counts"]["sent"] == PEOPLE
        assert set(Counter(recipient for _, recipient, _ in relay.taken).values()) == {1}


def test_asked_a_second_time_it_stops_at_once(tmp_path: Path) -> None:
    """130, whatever the relay keeps it waiting for; what was on its way is in doubt, and nothing else."""
    with ScriptedServer({"BODY": say_nothing}) as relay:
        program, process = sending(tmp_path, relay)
        when(lambda: len(relay.taken) == 2, process)
        process.send_signal(signal.SIGINT)
        threading.Event().wait(0.1)  # a user does not press twice in one instant
        assert process.poll() is None, "the first time it waits for what is on its way"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        counts = program("status", "7", "--json").json["counts"]
        assert (counts["unknown"], counts["queued"]) == (2, PEOPLE - 2)
