"""The whole examination: complete, in order, in time, and honest without a network."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nameserver import NoNames
from scripted import ScriptedServer, say_nothing

from pscb_mail.desk.doctor.check import Check, Result, error, not_checked, ok, warning
from pscb_mail.desk.doctor.examination import (
    Examination,
    Subject,
    examine,
    first_to_do,
    together,
    unreadable_settings,
)
from pscb_mail.desk.doctor.names import Names
from pscb_mail.errors import SettingsError
from pscb_mail.workspace import find_workspace

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SETTINGS = """
[newsletter]
name = "News"
from = "News <news@pscb.test>"
[[relay]]
host = "127.0.0.1"
port = {port}
security = "none"
[mailbox]
source = "maildir:Maildir"
"""


def examined(folder: Path, settings: str, seconds: float = 30) -> list[Check]:
    (folder / "pscb-mail.toml").write_text(settings)
    return examine(Examination(find_workspace(folder), Names(NoNames()), lambda: NOW), seconds)


def test_every_subject_is_told_in_the_order_in_which_one_stands_on_another(tmp_path: Path) -> None:
    """Settings first; what needs the world comes after what is here."""
    with ScriptedServer() as server:
        checks = examined(tmp_path, SETTINGS.format(port=server.port))
    subjects = list(dict.fromkeys(check.check.partition(":")[0] for check in checks))
    assert subjects == ["settings", "workspace", "database", "relay", "clock", "mailbox", "DNS", "pace"]
    assert len({check.check for check in checks}) == len(checks)
    assert {check.result for check in checks if check.check.startswith("DNS")} == {Result.NOT_CHECKED}
    assert server.taken == []


def test_a_second_relay_has_checks_of_its_own_name(tmp_path: Path) -> None:
    """Nothing is told twice under one name."""
    with ScriptedServer() as server:
        second = f'[[relay]]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n[mailbox]'
        checks = examined(tmp_path, SETTINGS.format(port=server.port).replace("[mailbox]", second))
    assert [c.result for c in checks if c.check == "relay 2: sender"] == [Result.OK]
    assert len({check.check for check in checks}) == len(checks)


def test_a_server_that_says_nothing_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """What is not done in time is an error; the rest is told."""
    with ScriptedServer({"greeting": say_nothing}) as server:
        checks = examined(tmp_path, SETTINGS.format(port=server.port), seconds=1)
    late = next(check for check in checks if check.check == "relay")
    assert (late.result, "within 1 seconds" in late.detail) == (Result.ERROR, True)
    assert next(check for check in checks if check.check == "workspace: folder").result is Result.OK


def test_whoever_is_left_behind_keeps_no_program_from_ending() -> None:
    """Python waits at its end for every thread that is no daemon."""
    silence = threading.Event()
    before = set(threading.enumerate())
    [late] = together([Subject("a", lambda: [ok("a", str(silence.wait(20)))])], 0.05)
    left = [thread for thread in threading.enumerate() if thread not in before]
    silence.set()
    assert late.result is Result.ERROR
    assert [thread.daemon for thread in left] == [True]
    left[0].join(5)


def test_subjects_are_examined_side_by_side() -> None:
    """Two that wait for each other both end."""
    meeting = threading.Barrier(2, timeout=20)

    def meet(name: str) -> list[Check]:
        meeting.wait()
        return [ok(name, "met")]

    checks = together([Subject("a", lambda: meet("a")), Subject("b", lambda: meet("b"))], 30)
    assert [check.check for check in checks] == ["a", "b"]


def test_a_fault_of_our_own_is_not_swallowed() -> None:
    """A check that breaks is a bug, and is seen as one."""

    def broken() -> list[Check]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        together([Subject("a", broken)], 5)


def test_settings_that_cannot_be_used_are_the_one_error() -> None:
    """And nothing else is called good."""
    first, *rest = unreadable_settings(SettingsError("pscb-mail.toml: newsletter.frm is not a setting.", "Mend it."))
    assert (first.result, first.hint) == (Result.ERROR, "Mend it.")
    assert {check.result for check in rest} == {Result.NOT_CHECKED}


def test_a_footer_that_is_silent_is_warned_about(tmp_path: Path) -> None:
    """Above all about what to do for a child who may be at risk; and who it is that writes."""
    full = 'urgent = "Ring 01632 960180."\nwebsite = "https://www.pscb.test"\npostal_address = "Town Hall"'
    for more, result in (("", Result.WARNING), (full, Result.OK)):
        with_more = SETTINGS.replace("[[relay]]", f"{more}\n[[relay]]").format(port=1)
        checks = {check.check: check for check in examined(tmp_path, with_more)}
        assert (checks["settings: urgent"].result, checks["settings: footer"].result) == (result, result)
    assert "Ring 01632 960180." in checks["settings: urgent"].detail


def test_no_relay_is_an_error(tmp_path: Path) -> None:
    """There is nothing to send through."""
    checks = examined(tmp_path, '[newsletter]\nname = "N"\nfrom = "a@pscb.test"\n')
    assert checks[0].result is Result.ERROR


def test_what_to_do_first_is_the_first_error_else_the_first_warning() -> None:
    """An error before a warning, whatever stands above it."""
    checks = [ok("a", ""), not_checked("b", ""), warning("c", "", "x"), error("d", "", "y"), error("e", "", "z")]
    assert first_to_do(checks) == checks[3]
    assert first_to_do(checks[:3]) == checks[2]
    assert first_to_do(checks[:2]) is None
