"""The program as a user runs it, by its command line, in a workspace of its own."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from effort import folder_in_memory
from forked import Forked, command

from pscb_mail.cli.app import main

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
    """A workspace folder and the environment in which the program runs there, without a terminal.

    Called, it runs a command inside this process, which takes a tenth of the time; `forked` runs it in a process of its
    own, and `start` returns that process while it runs. `apart` starts Python anew, for what happens before a command.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, given: str = "", expect: int | None = 0) -> Done:
        """Run a command to its end; `expect` is the exit code it must have (None: any). What it raises fails the test."""
        out, err = _stream(), _stream()
        before = dict(os.environ), sys.stdin
        os.environ.clear()
        os.environ.update(self._env())
        sys.stdin = _stream(given.encode("utf-8", "surrogateescape"))
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = _run(args)
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            sys.stdin = before[1]
        return _as_expected(args, Done(code, _written(out), _written(err)), expect)

    def apart(self, *args: str, given: str = "", expect: int | None = 0, seconds: float = 120) -> Done:
        """Run a command to its end in a process of its own."""
        done = subprocess.run(
            [*COMMAND, *args], cwd=self.folder, env=self._env(), input=given.encode(), capture_output=True, timeout=seconds,
            check=False,
        )  # fmt: skip
        return _as_expected(args, Done(done.returncode, done.stdout.decode(), done.stderr.decode()), expect)

    def forked(self, *args: str, given: str = "", expect: int | None = 0, seconds: float = 120) -> Done:
        """Run a command to its end in a process of its own that costs little: it has the modules, and no terminal's width."""
        with tempfile.TemporaryDirectory(dir=folder_in_memory()) as name:
            streams = Path(name)
            (streams / "in").write_bytes(given.encode())
            for stream in ("out", "err"):
                (streams / stream).touch()
            code = command(args, self.folder, self._env(), streams).wait(seconds)
            done = Done(code, (streams / "out").read_text("utf-8"), (streams / "err").read_text("utf-8"))
        return _as_expected(args, done, expect)

    def start(self, *args: str) -> Forked:
        """Start a command and return its process, forked."""
        return command(args, self.folder, self._env())

    def at_terminal(self, typed: str, *args: str) -> tuple[int, str]:
        """Run a command at a terminal of its own, with what is typed there; return its exit code and the screen."""
        ours, theirs = os.openpty()
        process = subprocess.Popen(
            [*COMMAND, *args], cwd=self.folder, stdin=theirs, stdout=theirs, stderr=theirs, env=self._env()
        )
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed.
            while data := os.read(ours, 65536):
                shown += data
        os.close(ours)
        return process.wait(30), re.sub(rb"\x1b\[\d*m", b"", shown).decode()

    def _env(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("PSCB_MAIL")}
        return {**bare, "NO_COLOR": "1", "COLUMNS": "120", "HOME": str(self.folder), **self.env}


def _run(args: Sequence[str]) -> int:
    try:
        main(args)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _as_expected(args: Sequence[str], done: Done, expect: int | None) -> Done:
    assert "Traceback" not in done.err, done.err
    assert expect is None or done.code == expect, f"{args} ended with {done.code}\n{done.out}\n{done.err}"
    return done


def _stream(given: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()


def workspace(folder: Path, *, relay: str = "", mailbox: str = "", more: str = "") -> Program:
    """Write a workspace's settings and return the program in it; `relay` and `mailbox` are the tables' TOML lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "issues").mkdir(exist_ok=True)
    text = '[newsletter]\nname = "PSCB Newsletter"\nfrom = "PSCB Newsletter <newsletter@pscb.test>"\n'
    text += f"\n[[relay]]\n{relay}\n" if relay else ""
    text += f"\n[mailbox]\n{mailbox}\n" if mailbox else ""
    (folder / "pscb-mail.toml").write_text(text + more, encoding="utf-8")
    return Program(folder)
