"""How fast we send, beside others, in the same run.

`python bench/throughput.py [--rtt MS] [--offers …] [--sessions N] [--messages N] [--rounds N] [--against NAME…]`

Each round sends with every contestant in turn, against one sink; a ratio is ours over theirs within a round, and what
is printed is the median of the rounds with its smallest and largest. Needs Debian's `postfix` (smtp-source, smtp-sink)
and aiosmtplib.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SBIN = Path("/usr/sbin")
LIBRARIES = ("smtplib_ready", "smtplib_people", "aiosmtplib")


@dataclass(frozen=True)
class Took:
    """What one contestant's messages took: seconds, CPU seconds, and the most memory, in MB."""

    messages: int
    seconds: float
    cpu: float
    memory: float

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def cpu_per_thousand(self) -> float:
        return self.cpu * 1000 / self.messages


@contextmanager
def sink(rtt: float, offers: str) -> Iterator[int]:
    """Run Postfix's smtp-sink where the line is short and nothing else is asked for, else our own with delay."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    if rtt == 0 and offers == "smtp-sink":
        user = ["-u", "postfix"] if os.geteuid() == 0 else []
        command = [str(SBIN / "smtp-sink"), *user, f"127.0.0.1:{port}", "256"]
    else:
        command = [sys.executable, str(HERE / "sink.py"), str(port), str(rtt), offers]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def smtp_source(port: int, sessions: int, messages: int) -> Took:
    """Send with Postfix's load generator: C, no ledger, every message the same."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [str(SBIN / "smtp-source"), "-d", "-s", str(sessions), "-m", str(messages), "-l", "60000",
         "-f", "newsletter@pscb.test", "-t", "reader@school.test", f"127.0.0.1:{port}"], check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(messages, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0)


def python(name: str, port: int, sessions: int, messages: int) -> Took:
    """Send with a contestant of `contestants.py`, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "contestants.py"), name, str(port), str(sessions), str(messages)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return Took(messages, found["seconds"], found["cpu"], found["memory"])


def contest(args: argparse.Namespace) -> dict[str, list[Took]]:
    """Let everybody send in turn, round after round, the first one changing."""
    names = ["ours", *args.against]
    results: dict[str, list[Took]] = {name: [] for name in names}
    with sink(args.rtt, args.offers) as port:
        for turn in range(args.rounds):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                messages = max(1, args.messages // (1 if name in {"ours", "smtp_source"} else args.fewer))
                send = smtp_source if name == "smtp_source" else lambda *rest, name=name: python(name, *rest)
                results[name].append(send(port, args.sessions, messages))
                print(f"  round {turn + 1}: {name:<15} {results[name][-1].rate:8.0f} a second", file=sys.stderr)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000, help="for each contestant and round")
    parser.add_argument("--fewer", type=int, default=1, help="libraries send only one in so many")
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rtt", type=float, default=0, help="milliseconds there and back")
    parser.add_argument("--offers", default="smtp-sink", help="PIPELINING,CHUNKING or - of our own sink; smtp-sink")
    parser.add_argument("--against", nargs="*", default=["smtp_source", *LIBRARIES])
    args = parser.parse_args()
    results = contest(args)
    print(
        f"{args.sessions} sessions, {args.rtt:g} ms, {args.offers}, {args.messages} messages of 60 KB, "
        f"{args.rounds} rounds"
    )
    for name, all_took in results.items():
        rate, cpu = (statistics.median(getattr(t, what) for t in all_took) for what in ("rate", "cpu_per_thousand"))
        memory = max(took.memory for took in all_took)
        ratios = [mine.rate / theirs.rate for mine, theirs in zip(results["ours"], all_took, strict=True)]
        print(
            f"  {name:<15} {rate:8.0f} a second   {cpu:6.3f} s CPU for 1,000   {memory:5.0f} MB   "
            f"ours is {statistics.median(ratios):5.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
