"""A process that sends and can be killed: `python sender.py DATABASE PORT CONNECTIONS`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from newsroom import ISSUE, NEWSLETTER, UNLIMITED, relays

from pscb_mail.database import open_database
from pscb_mail.sending import mailing


def wait(seconds: float) -> bool:
    time.sleep(seconds) if seconds else None
    return False


def main(path: str, port: str, connections: str) -> None:
    servers = relays(SimpleNamespace(port=int(port)), connections=int(connections))
    db = open_database(Path(path))
    mailing.run(db, ISSUE, mailing.Means(NEWSLETTER, UNLIMITED, servers, lambda: datetime.now(UTC), wait))
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
