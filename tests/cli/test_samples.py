"""The samples for schedulers: each has its system's form, and says to the program only what the program understands."""

import configparser
import plistlib
import re
import shlex
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


def test_the_page_tells_of_each_sample() -> None:
    """And every link in it leads somewhere."""
    page = (DOCS / "scheduled.md").read_text(encoding="utf-8")
    linked = {DOCS / link for link in re.findall(r"\]\((samples/[^)]+)\)", page)}
    assert linked == {path for path in SAMPLES.rglob("*") if path.is_file()}
