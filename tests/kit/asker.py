"""What a process does that wants a token and leaves it in a folder: one of many that ask at the same moment."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyring_file import FileKeyring

from pscb_mail.settings import Settings
from pscb_mail.signin import Outside, access
from pscb_mail.signin.outside import Authorities, Keyring


@dataclass(frozen=True)
class Asked:
    """The settings, as JSON, and the world outside that all who ask share."""

    settings: str
    now: datetime
    folder: Path
    keyring: Path
    authorities: Authorities


def ask(asked: Asked, answer: Path) -> None:
    """Write that it asks, then the token that it got."""
    outside = Outside(
        now=lambda: asked.now, environment={}, folder=asked.folder, protection=None,
        keyring=Keyring(FileKeyring(asked.keyring)), authorities=asked.authorities,
    )  # fmt: skip
    answer.write_text("asking")
    found = access("relay", Settings.model_validate_json(asked.settings), outside=outside)
    answer.write_text(found.secret if found else "")
