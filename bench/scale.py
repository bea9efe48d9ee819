"""What a copy costs, and how much memory a run takes, in lists of any length: `python bench/scale.py 1000 … 1000000`.

The relay is simulated: ten sessions that take every copy at once and say so. All the rest is the engine: claims,
personal bytes, verdicts, each turn durable. Each list has a process of its own; what is printed is of the run alone.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from contestants import edition, newsletter, readers

SESSIONS = 10


@dataclass
class Simulated:
    """What `running` sees of a fleet whose relay takes everything at once."""

    landed: list[object] = field(default_factory=list)
    fatal: None = None
    left_out: tuple[()] = ()
    can_open: bool = False
    alive: bool = True
    opening: bool = False
    slots: int = SESSIONS

    def turn(self, _seconds: float) -> list[object]:
        landed, self.landed = self.landed, []
        return landed

    def rooms(self) -> list[object]:
        return [SimpleNamespace(relay=SimpleNamespace(label="simulated:25"))] * SESSIONS

    def offer(self, _connection: object, copy: object) -> None:
        from pscb_mail.sending.dialogue import Answered
        from pscb_mail.sending.fleet import Landed
        from pscb_mail.sending.replies import Reply, Stage

        sum(map(len, copy.pieces))
        self.landed.append(Landed(copy, Answered(Stage.BODY, Reply(250, "2.0.0 taken")), "simulated:25"))

    def go_on(self) -> None: ...

    def finish(self) -> None: ...

    def break_off(self) -> list[object]: ...

    def close(self) -> None: ...

    def hopeless(self, *, begun: bool) -> None:
        del begun


def one(count: int) -> None:
    """Send to a list of `count` and print what it took."""
    from pscb_mail.database import open_database
    from pscb_mail.sending import mailing
    from pscb_mail.sending.audience import Audience
    from pscb_mail.sending.door import door
    from pscb_mail.sending.pacing import Limits
    from pscb_mail.sending.relays import Relays
    from pscb_mail.sending.running import Means, Run
    from pscb_mail.settings import Relay

    db = open_database(Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_FOLDER"))) / "pscb-mail.db")
    readers(db, count)
    mailing.begin(db, edition(), Audience(), b"k" * 32, datetime.now(UTC))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    relays = Relays((door(Relay(host="127.0.0.1", security="none", connections=SESSIONS)),))
    means = Means(newsletter(), Limits(), relays, lambda: datetime.now(UTC), lambda _: False)
    run = Run(db, "issue-18", means, None, patient=True)
    run.fleet.close()
    run.fleet = Simulated()
    wall, cpu = time.perf_counter(), time.process_time()
    run.to_its_end()
    seconds, used = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": used, "memory": memory, "before": before}))


def main() -> None:
    for count in map(int, sys.argv[1:] or ("1000", "10000", "100000")):
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(count)], capture_output=True, text=True, check=True
        )
        took = json.loads(done.stdout)
        print(
            f"{count:>9,} readers: {took['memory']:5.0f} MB ({took['before']:.0f} MB before the run), "
            f"{took['cpu'] / count * 1e6:5.0f} us of CPU and {took['seconds'] / count * 1e6:5.0f} us in all a copy",
            flush=True,
        )


if __name__ == "__main__":
    one(int(sys.argv[2])) if sys.argv[1:2] == ["--one"] else main()
