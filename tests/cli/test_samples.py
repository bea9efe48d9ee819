"""The samples for schedulers: each has its system's form, and says to the program only what the program understands."""

import configparser
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import chain
from pathlib import Path

import pytest
from program import Program

DOCS = Path(__file__).parents[2] / "docs"
SAMPLES = DOCS / "samples"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def commands() -> dict[str, list[str]]:
    """What each sample says to the program, the program's own name left out."""
    found = {}
    for path in SAMPLES.rglob("*.service"):
        found[path.name] = shlex.split(unit(path)["Service"]["ExecStart"])[1:]
    for path in SAMPLES.rglob("*.xml"):
        [arguments] = ET.parse(path).getroot().iter(f"{TASK}Arguments")  # noqa: S314  # our own file
        found[path.name] = shlex.split(arguments.text.replace("\\", "/"))[2:]
    for path in SAMPLES.rglob("*.plist"):
        found[path.name] = plistlib.loads(path.read_bytes())["ProgramArguments"][1:]
    return found


def test_there_is_a_sample_of_both_commands_for_each_system() -> None:
    """Windows, Linux, macOS; send and inbox."""
    said = {name: [word for word in words if word in {"send", "inbox"}] for name, words in commands().items()}
    assert len(said) == 6
    assert sorted(chain.from_iterable(said.values())) == ["inbox"] * 3 + ["send"] * 3


@pytest.mark.parametrize("name", ["send", "inbox"])
def test_the_program_knows_every_option_that_a_sample_uses(tmp_path: Path, name: str) -> None:
    """A renamed option would stop a mailing at night."""
    shown = Program(tmp_path)(name, "--help").out
    for words in commands().values():
        assert words[0] == "--workspace"
        if name == words[2]:
            assert {word for word in words[3:] if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", shown))


def test_every_send_ends_by_itself_and_asks_nobody() -> None:
    """It has no terminal, and the next run comes in a minute."""
    sends = [words for words in commands().values() if "send" in words]
    assert all({"--no-wait", "--yes"} <= set(words) for words in sends)


def test_not_now_is_no_failure_to_systemd_and_a_person_is() -> None:
    """75 comes every minute; 1 must be seen."""
    for path in SAMPLES.rglob("*.service"):
        assert unit(path)["Service"]["SuccessExitStatus"] == "75"
        assert (path.with_suffix(".timer")).is_file()
        assert unit(path.with_suffix(".timer"))["Install"]["WantedBy"] == "timers.target"


def test_a_task_and_an_agent_never_run_twice_at_once() -> None:
    """Windows is told so; launchd does it of itself, by the label, which is the file's name."""
    for path in SAMPLES.rglob("*.xml"):
        [policy] = ET.parse(path).getroot().iter(f"{TASK}MultipleInstancesPolicy")  # noqa: S314  # our own file
        assert policy.text == "IgnoreNew"
    for path in SAMPLES.rglob("*.plist"):
        assert plistlib.loads(path.read_bytes())["Label"] == path.stem


# MS-TSCH 2.5: what stands in sequence, and what may stand in any order; Windows refuses a file with anything else.
IN_SEQUENCE = {
    "CalendarTrigger": "Enabled StartBoundary EndBoundary Repetition ExecutionTimeLimit RandomDelay ScheduleByWeek",
    "Exec": "Command Arguments WorkingDirectory",
}
IN_ANY_ORDER = {
    "Task": "RegistrationInfo Triggers Principals Settings Actions",
    "RegistrationInfo": "Description Author URI Version Date Documentation Source",
    "Triggers": "CalendarTrigger",
    "Repetition": "Interval Duration StopAtDurationEnd",
    "ScheduleByWeek": "WeeksInterval DaysOfWeek",
    "DaysOfWeek": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "Principals": "Principal",
    "Principal": "UserId LogonType GroupId DisplayName RunLevel",
    "Settings": "MultipleInstancesPolicy DisallowStartIfOnBatteries StopIfGoingOnBatteries StartWhenAvailable "
    "RunOnlyIfNetworkAvailable ExecutionTimeLimit Enabled Hidden WakeToRun Priority",
    "Actions": "Exec",
}


@pytest.mark.parametrize("name", ["inbox", "send"])
def test_a_task_has_the_form_that_windows_demands(name: str) -> None:
    """It checks a file against its schema, the order of elements included, and takes it whole or not at all."""
    for element in ET.parse(SAMPLES / "windows" / f"pscb-mail-{name}.xml").getroot().iter():  # noqa: S314  # our own
        tag = element.tag.removeprefix(TASK)
        inside = [child.tag.removeprefix(TASK) for child in element]
        known = (IN_SEQUENCE.get(tag) or IN_ANY_ORDER.get(tag) or "").split()
        assert set(inside) <= set(known), tag
        assert len(inside) == len(set(inside)), tag
        if tag in IN_SEQUENCE:
            assert inside == sorted(inside, key=known.index), tag


@pytest.mark.real
def test_systemd_finds_nothing_to_say_of_its_units(tmp_path: Path) -> None:
    """An unknown key or a wrong time is a warning there, and is passed over when the unit runs."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in (SAMPLES / "linux").iterdir():
        text = path.read_text(encoding="utf-8").replace("%h/.local/bin/pscb-mail", sys.executable)
        (tmp_path / path.name.replace("@", "@18")).write_text(text, encoding="utf-8")
    units = [str(path) for path in tmp_path.iterdir()]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", *units], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_tells_of_each_sample() -> None:
    """And every link in it leads somewhere."""
    page = (DOCS / "scheduled.md").read_text(encoding="utf-8")
    linked = {DOCS / link for link in re.findall(r"\]\((samples/[^)]+)\)", page)}
    assert linked == {path for path in SAMPLES.rglob("*") if path.is_file()}
