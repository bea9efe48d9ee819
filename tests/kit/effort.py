"""How long the tests may take, and where they write: the only place that asks what the machine and the user grant.

`PSCB_MAIL_LONG=1` (`.ci/run --long`) makes every long test as long as it is meant to be: more kills, more examples.
"""

import os
import shutil
from pathlib import Path

LONG = os.environ.get("PSCB_MAIL_LONG") == "1"
_ROOM = 4 * 2**30


def amount(usual: int, at_length: int) -> int:
    """Return how much of something is done: the usual amount, or that of a long run."""
    return at_length if LONG else usual


def folder_in_memory() -> str | None:
    """Return a folder that is kept in memory and has room to spare, or None where there is none.

    A process that is killed leaves the same there as on a disk; only a machine that loses its power does not, and no
    test does that. The tests wait for tens of thousands of syncs otherwise.
    """
    folder = Path("/dev/shm")
    return str(folder) if folder.is_dir() and shutil.disk_usage(folder).free > _ROOM else None
