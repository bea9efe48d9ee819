"""A new workspace: its commented settings file, its folders, its key and database, and the letter to the IT department.

Nothing that is there already is touched, no secret is written. Raises UsageError where a workspace is there,
SettingsError where an answer cannot be right; either way nothing is left behind.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pscb_mail.desk import pages
from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.providers import GOOGLE, MICROSOFT, Provider, of_relay
from pscb_mail.sending import pacing
from pscb_mail.settings import FILE_NAME, Auth, Pace, Relay
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import Workspace

LETTER = "for-your-IT.md"
# The hardened pace is for one session (facts of the provider: `providers`).
_CONNECTIONS = {"microsoft365-cis": 1, "microsoft365": 3, "gmail": 2}
_IGNORED = "pscb-mail.db*\npscb-mail.key\npscb-mail.lock\nbackups/\nbuild/\n"


class SentBy(StrEnum):
    """Who takes the newsletter's mail, as `init` asks it."""

    MICROSOFT = "Microsoft 365"
    GOOGLE = "Gmail or Google Workspace"
    OWN = "a mail server of our own"
    NOBODY = "nobody yet: I want to try it out"


@dataclass(frozen=True)
class Answers:
    """What `init` asks. `pace` empty: what the host is known to need; `mailbox` empty: set up later."""

    name: str
    sender: str
    host: str = "127.0.0.1"
    port: int = 25
    security: str = "none"
    auth: Auth = "none"
    username: str = ""
    ca_file: str = ""
    pace: str = ""
    mailbox: str = ""
    mailbox_auth: Auth = "password"
    tenant: str = ""
    application: str = ""
    urgent: str = ""
    website: str = ""
    postal_address: str = ""

    @property
    def address(self) -> str:
        """The address in From."""
        return parseaddr(self.sender)[1]

    @property
    def signs_in_at_microsoft(self) -> bool:
        """Whether the IT department must make an application first."""
        return "microsoft" in {self.auth, self.mailbox_auth}


def sender_of(name: str, address: str) -> str:
    """Return From as the settings have it: the name, quoted where it must be (RFC 5322 section 3.2.4), then address."""
    if re.search(r'[()<>@,;:\\".\[\]]', name):
        escaped = re.sub(r'([\\"])', r"\\\1", name)
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"


def with_provider(answers: Answers, provider: Provider, auth: Auth) -> Answers:
    """Return the answers with a provider's servers, ports and pace, for the mailbox of the address in From."""
    return replace(
        answers,
        host=provider.relay,
        port=provider.port,
        security=provider.security,
        auth=auth,
        pace=provider.pace,
        mailbox=mailbox_url(answers.address, provider.mailbox),
        mailbox_auth=auth,
    )


def with_microsoft(answers: Answers, tenant: str = "", application: str = "") -> Answers:
    """Return the answers for Microsoft 365; what the IT department has not told yet stays empty."""
    return replace(with_provider(answers, MICROSOFT, "microsoft"), tenant=tenant, application=application)


def with_google(answers: Answers, application: str = "") -> Answers:
    """Return the answers for Gmail: with an organisation's application, or with an application password."""
    return replace(with_provider(answers, GOOGLE, "google" if application else "password"), application=application)


def with_relay(answers: Answers, relay: Relay) -> Answers:
    """Return the answers with a relay of one's own, as it was found."""
    return replace(
        answers,
        host=relay.host,
        port=relay.port,
        security=relay.security,
        auth=relay.auth,
        username=relay.username,
        ca_file=relay.ca_file,
    )


def unseen_relay(host: str, port: int = 0, ca_file: str = "") -> Relay:
    """Return a relay that nobody has seen: encrypted, unless it is this computer; `port` 0: the usual one."""
    here = Relay(host=host).is_loopback
    security = "none" if here else "tls" if port in {0, 465} else "starttls"
    return Relay.model_validate(
        {"host": host, "port": port or (25 if here else 465), "security": security, "ca_file": ca_file}
    )


def mailbox_url(user: str, host: str, port: int = 0) -> str:
    """Return a mailbox's INBOX as the settings name it (RFC 5092): the @ of the user as %40, IPv6 in brackets."""
    server = f"[{host}]" if ":" in host else host
    return f"imaps://{quote(user, safe='')}@{server}{f':{port}' if port else ''}/INBOX"


def make_workspace(folder: Path, answers: Answers) -> Workspace:
    """Write a workspace into `folder`, made where it is not there.

    Raises UsageError where one is there already, DatabaseError where the backups of one are.
    """
    path = folder / FILE_NAME
    refuse_another(folder)
    text, letter = settings_text(answers), letter_text(answers) if answers.signs_in_at_microsoft else ""
    (folder / "issues").mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        workspace = Workspace(folder.absolute(), read_settings(path))
        workspace.open_database().close()
    except Exception:
        path.unlink()
        raise
    _write_once(folder / ".gitignore", _IGNORED)
    if letter:
        _write_once(folder / LETTER, letter)
    workspace.key()
    return workspace


def refuse_another(folder: Path) -> None:
    """Raise UsageError where the folder is a workspace already: before anything is asked or made."""
    path = folder / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} exists already.", "Edit it, or choose another folder.")


def _write_once(path: Path, text: str) -> None:
    """Write a file that is not there; one that is there is the user's own."""
    if not path.exists():
        path.write_text(text, encoding="utf-8")


def settings_text(answers: Answers) -> str:
    """Return the commented settings file."""
    provider = of_relay(answers.host)
    pace = answers.pace or (provider.pace if provider else "none")
    return _filled(
        "settings.toml.j2", {**vars(answers), "pace": pace, "connections": _CONNECTIONS.get(pace, 4)}
    )  # fmt: skip


def letter_text(answers: Answers) -> str:
    """Return the letter to the IT department, ready to forward: what to make, the commands, and what will be asked."""
    limits = pacing.limits(Pace.model_validate({"profile": answers.pace or MICROSOFT.pace}))
    return _filled(
        f"{LETTER}.j2",
        {
            "name": one_line(answers.name, 200),
            "address": answers.address,
            "domain": answers.address.rpartition("@")[2],
            "limits": limits,
            "microsoft": MICROSOFT,
        },
    )


def _filled(template: str, values: Mapping[str, Any]) -> str:
    made = pages.template(
        template,
        # A JSON string is a TOML basic string too (toml.io, String).
        toml=lambda value: json.dumps(value, ensure_ascii=False),
        # Between single quotes nothing is read but the quote itself (about_Quoting_Rules).
        powershell=lambda value: value.replace("'", "''"),
        comment=lambda value: one_line(value, 80),
    )
    return made.render(values)
