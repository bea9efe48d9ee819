"""What a command waits for: which modules it must not load. Seconds are measured by hand; modules are what they are made of."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from program import Program, workspace

from pscb_mail.cli.app import ROOMS

# What reading mail, sending, signing in, building an issue and reading a spreadsheet need, and asking the list does not.
HEAVY = {
    "PIL", "aiosmtpd", "asyncio", "cryptography", "dkim", "dns", "email_validator", "filelock", "flufl",
    "icalendar", "imapclient", "jinja2", "keyring", "lxml", "mammoth", "markdown_it", "msal", "openpyxl", "premailer",
    "pydantic_settings", "requests", "yaml",
}  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    made = workspace(tmp_path_factory.mktemp("workspace"))
    made("add", "Jo <jo@school.example>")
    return made


def loaded(program: Program, *words: str) -> set[str]:
    """Return the packages, and the modules of ours, that a command has loaded when it ends."""
    code = (
        "import sys\nfrom pscb_mail.__main__ import run\n"
        f"sys.argv = ['pscb-mail', *{words!r}]\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('loaded:', *sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=program.folder, capture_output=True, text=True, check=True)
    names = done.stdout.rpartition("loaded:")[2].split()
    return {name if name.startswith("pscb_mail") else name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("words", "not_needed"),
    [
        (["--version"], {*HEAVY, "typer", "rich", "pydantic", "sqlite_utils", "sqlite3", "pscb_mail.settings"}),
        (["list"], {*HEAVY, "pscb_mail.sending", "pscb_mail.issues", "pscb_mail.mailbox", "pscb_mail.desk"}),
        (["status"], {*HEAVY - {"filelock", "yaml"}, "pscb_mail.mailbox.incoming", "pscb_mail.cli.people"}),
    ],
)
def test_a_command_waits_for_nothing_that_it_does_not_need(
    program: Program, words: list[str], not_needed: set[str]
) -> None:
    """One import at the top of a file is enough to make every command slower."""
    assert loaded(program, *words) & not_needed == set()


def test_each_command_stands_in_the_module_that_is_looked_in_for_it() -> None:
    """None is missing from the help, and none that the help lists is missing."""
    for room, names in ROOMS.items():
        registered = import_module(f"pscb_mail.cli.{room}").commands.registered_commands
        assert {each.name or each.callback.__name__ for each in registered} == set(names)
    files = {path.stem for path in (Path(__file__).parents[1] / "src/pscb_mail/cli").glob("*.py")}
    with_commands = {
        name for name in files - {"app", "__init__"} if hasattr(import_module(f"pscb_mail.cli.{name}"), "commands")
    }
    assert with_commands == set(ROOMS)
