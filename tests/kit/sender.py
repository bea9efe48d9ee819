"""What a process does that sends and can be killed."""

import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from newsroom import ISSUE, NEWSLETTER, UNLIMITED, relays

from pscb_mail.database import open_database
from pscb_mail.sending import mailing
from pscb_mail.sending.lock import send_lock
from pscb_mail.sending.running import Means


def wait(seconds: float) -> bool:
    """Wait as the program does; nobody asks it to stop."""
    time.sleep(seconds) if seconds else None
    return False


def send(path: Path, port: int, connections: int) -> None:
    """Send what is due in a database to a server of this machine."""
    servers = relays(SimpleNamespace(port=port), connections=connections)
    db = open_database(path)
    with send_lock(db, path.with_suffix(".lock"), ISSUE, "tester", datetime.now(UTC)):
        mailing.run(db, ISSUE, Means(NEWSLETTER, UNLIMITED, servers, lambda: datetime.now(UTC), wait))
    db.close()
