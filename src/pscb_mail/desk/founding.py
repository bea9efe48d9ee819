"""A new workspace: its settings file, its folders, its key and database; nothing that is there already is touched."""

import json
from dataclasses import dataclass
from pathlib import Path

from pscb_mail.errors import UsageError
from pscb_mail.settings import FILE_NAME, HOSTS_WITH_LIMITS, read_settings
from pscb_mail.workspace import Workspace


@dataclass(frozen=True)
class Answers:
    """What `init` asks. `pace` empty: what the host is known to need; `mailbox` empty: set up later."""

    name: str
    sender: str
    host: str = "127.0.0.1"
    port: int = 25
    security: str = "none"
    auth: str = "none"
    pace: str = ""
    mailbox: str = ""
    urgent: str = ""


_SETTINGS = """\
# No secrets stand here. docs/settings.md explains every key.

[newsletter]
name = {name}
from = {sender}                # also the envelope sender: bounces come back to it
time_zone = "Europe/London"
website = ""
postal_address = ""
urgent = {urgent}              # in the footer and in every automatic answer

[[relay]]                      # the server that takes your mail
host = {host}
port = {port}
security = {security}          # starttls | tls | none (only on this computer)
auth = {auth}                  # none | password

[pace]
profile = {pace}               # none | microsoft365 | microsoft365-cis | gmail

[mailbox]                      # where replies and bounces arrive
source = {mailbox}             # imaps://USER@HOST/INBOX, %40 for the @ in USER
"""

_IGNORED = "pscb-mail.db*\npscb-mail.key\npscb-mail.lock\nbackups/\nbuild/\n"


def found(folder: Path, answers: Answers) -> Workspace:
    """Write a workspace into `folder`, made where it is not there. Raises UsageError where one is there already."""
    path = folder / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} exists already.", "Edit it, or choose another folder.")
    (folder / "issues").mkdir(parents=True, exist_ok=True)
    path.write_text(_settings_text(answers), encoding="utf-8")
    try:
        workspace = Workspace(folder.absolute(), read_settings(path))
    except Exception:
        path.unlink()
        raise
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    workspace.key()
    workspace.open_database().close()
    return workspace


def _settings_text(answers: Answers) -> str:
    """Return the settings file; a JSON string is a TOML basic string too (toml.io section String)."""
    pace = answers.pace or HOSTS_WITH_LIMITS.get(answers.host.lower(), "none")
    values = {**vars(answers), "pace": pace}
    return _SETTINGS.format(**{key: json.dumps(value, ensure_ascii=False) for key, value in values.items()})
