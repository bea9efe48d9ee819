"""Processes that cost little: each is forked from one that has read the program's modules already.

Some promises are about processes: they can be killed at any moment, and they wait for each other. What it costs to
start one is not among them, and it is most of what it costs. Where there is no fork they are started anew.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

_METHODS = multiprocessing.get_all_start_methods()
_CONTEXT = multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")
_ROOMS = [f"pscb_mail.cli.{room}" for room in ("people", "sending", "standing", "mailbox", "upkeep", "signing_in")]
# `pytest`: what runs the tests is imported by whatever is forked, as its __main__.
_READ = ["pytest", "pscb_mail.cli.app", *_ROOMS, "pscb_mail.desk.dispatch", "sender", "deadly", "asker"]
_CONTEXT.set_forkserver_preload(_READ)


@dataclass(frozen=True)
class Forked:
    """A process, with as much of `subprocess.Popen` as the tests use; it dies with the tests where they end first."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self.process.pid or 0)

    def poll(self) -> int | None:
        """Return how it ended, a signal as a negative number; None while it runs."""
        return self.process.exitcode

    def wait(self, seconds: float = 60) -> int:
        """Return how it ended, once it has. Raises TimeoutError where it runs on."""
        self.process.join(seconds)
        code = self.process.exitcode
        if code is None:
            raise TimeoutError(f"process {self.pid} runs on")
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, where it still runs."""
        if self.process.exitcode is None:
            os.kill(self.pid, number)


def forked(run: Callable[..., object], *args: object) -> Forked:
    """Start a function of some module in a process of its own."""
    process = _CONTEXT.Process(target=run, args=args, daemon=True)
    process.start()
    return Forked(process)


def command(args: tuple[str, ...], folder: Path, env: Mapping[str, str], streams: Path | None = None) -> Forked:
    """Start the program there, reading `streams`/in and writing `streams`/out and `streams`/err, or nothing at all."""
    return forked(_command, args, folder, dict(env), streams)


def _command(args: tuple[str, ...], folder: Path, env: dict[str, str], streams: Path | None) -> None:
    for number, name, how in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        os.dup2(os.open(streams / name if streams else os.devnull, how), number)
    # multiprocessing gives its children a closed standard input; the program reads the one it was given.
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["pscb-mail", *args]
    from pscb_mail.__main__ import run

    run()
