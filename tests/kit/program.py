"""The program as a user runs it: a process of its own, in a workspace of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = [sys.executable, "-m", "pscb_mail"]


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """What it printed with --json."""
        return json.loads(self.out)


@dataclass
class Program:
    """A workspace folder and the environment in which the program runs there."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, given: str = "", expect: int | None = 0, seconds: float = 120) -> Done:
        """Run a command to its end, without a terminal; `expect` is the exit code it must have (None: any)."""
        done = subprocess.run(
            [*COMMAND, *args], cwd=self.folder, env=self._env(), input=given.encode(), capture_output=True, timeout=seconds,
            check=False,
        )  # fmt: skip
        result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.err, result.err
        assert expect is None or result.code == expect, f"{args} ended with {result.code}\n{result.out}\n{result.err}"
        return result

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start a command and return its process."""
        return subprocess.Popen(
            [*COMMAND, *args], cwd=self.folder, env=self._env(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _env(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("PSCB_MAIL")}
        return {**bare, "NO_COLOR": "1", "COLUMNS": "120", "HOME": str(self.folder), **self.env}


def workspace(folder: Path, *, relay: str = "", mailbox: str = "", more: str = "") -> Program:
    """Write a workspace's settings and return the program in it; `relay` and `mailbox` are the tables' TOML lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "issues").mkdir(exist_ok=True)
    text = '[newsletter]\nname = "PSCB Newsletter"\nfrom = "PSCB Newsletter <newsletter@pscb.test>"\n'
    text += f"\n[[relay]]\n{relay}\n" if relay else ""
    text += f"\n[mailbox]\n{mailbox}\n" if mailbox else ""
    (folder / "pscb-mail.toml").write_text(text + more, encoding="utf-8")
    return Program(folder)
