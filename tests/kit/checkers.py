"""Checkers that others wrote, run as programs: the Nu checker, axe-core in Chromium, html-validate.

`PSCB_MAIL_CHECKERS` names a folder in which `npm install vnu-jar axe-core playwright-core html-validate caniemail` was run; `.ci/run`
does so. Where something is missing a test is skipped with a sentence that says what, but never under CI.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

AXE = Path(__file__).parents[1] / "issues" / "rules" / "axe.mjs"


@dataclass(frozen=True)
class Fault:
    """What a checker found, and where."""

    file: str
    text: str


@dataclass(frozen=True)
class View:
    """A page as axe-core is to see it; `off` are rules that do not apply to it."""

    file: Path
    width: int
    scheme: str
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A view, what axe-core found in it, by how many pixels it can be scrolled sideways, which pictures do not show."""

    view: str
    wide: int
    violations: tuple[str, ...]
    unseen: tuple[str, ...]


def nu(files: Sequence[Path]) -> list[Fault]:
    """Let the Nu checker read pages: one start of Java for all of them."""
    jar = folder() / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [program("java"), "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return [
        Fault(
            Path(each["url"]).name, f"{each.get('subType', each['type'])}: {each['message']} {each.get('extract', '')}"
        )
        for each in json.loads(done.stderr)["messages"]
    ]


def html_validate(files: Sequence[Path], config: Path) -> list[Fault]:
    """Let html-validate read pages."""
    script = folder() / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    command = [program("node"), str(script), "--config", str(config), "--formatter", "json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    return [
        Fault(Path(page["filePath"]).name, f"{each['ruleId']}, line {each['line']}: {each['message']}")
        for page in json.loads(done.stdout)
        for each in page["messages"]
    ]


def axe(views: Sequence[View], screens: Path) -> list[Seen]:
    """Let axe-core look at pages in Chromium; what was seen is kept as pictures in `screens`, and nothing else is."""
    shutil.rmtree(screens, ignore_errors=True)
    screens.mkdir(parents=True)
    jobs = [
        {"file": str(view.file), "width": view.width, "scheme": view.scheme, "off": view.off,
         "shot": str(screens / f"{view.file.stem}-{view.width}-{view.scheme}.jpg")}
        for view in views
    ]  # fmt: skip
    env = {**os.environ, "PSCB_MAIL_CHECKERS": str(folder()), "CHROMIUM": program("chromium")}
    command = [program("node"), str(AXE)]
    done = subprocess.run(
        command, input=json.dumps(jobs), capture_output=True, text=True, check=False, timeout=300, env=env
    )
    assert done.returncode == 0, done.stderr
    return [
        Seen(
            f"{Path(each['file']).name} {each['width']} {each['scheme']}",
            each["wide"],
            tuple(each["violations"]),
            tuple(each["unseen"]),
        )
        for each in json.loads(done.stdout)
    ]


def folder() -> Path:
    """Return the folder of the checkers."""
    found = Path(os.environ.get("PSCB_MAIL_CHECKERS", "nowhere"))
    if not (found / "node_modules").is_dir():
        _missing("the checkers (npm packages in the folder that PSCB_MAIL_CHECKERS names)")
    return found.absolute()


def program(name: str) -> str:
    """Return where a program is."""
    return shutil.which(name) or _missing(name)


def _missing(what: str) -> str:
    """Skip the test, or fail it where nothing may be missing."""
    sentence = f"This test needs {what}; `.ci/run` installs it."
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
