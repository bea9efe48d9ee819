"""What is known of the mail providers: their servers, their limits, and what their customers' DNS shows of them.

Pure. Sources: learn.microsoft.com "POP, IMAP, and SMTP settings", "Exchange Online limits" (30 messages a minute,
10,000 recipients a day, 3 connections at once), "Set up SPF"; support.google.com "Send email from a printer, scanner,
or app", "Gmail sending limits in Google Workspace" (2,000 a day; a personal account 500).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Provider:
    """A provider: where its mail goes in and out, what it allows, and how its customers' DNS shows it.

    `mx` ends the names of its incoming servers, `spf` is the domain its customers include, `selectors` are the names
    under which it publishes DKIM keys unless told otherwise. Limits of 0 are not known.
    """

    key: Literal["microsoft", "google"]
    title: str
    relay: str
    port: int
    security: Literal["starttls", "tls"]
    mailbox: str
    pace: Literal["microsoft365-cis", "gmail"]
    relays: tuple[str, ...]
    mx: tuple[str, ...]
    spf: str
    selectors: tuple[str, ...]
    per_minute: int
    per_day: int
    connections: int


MICROSOFT = Provider(
    "microsoft", "Microsoft 365", "smtp.office365.com", 587, "starttls", "outlook.office365.com", "microsoft365-cis",
    relays=("smtp.office365.com", "outlook.office365.com", "smtp-mail.outlook.com"),
    mx=(".mail.protection.outlook.com", ".mx.microsoft"),
    spf="spf.protection.outlook.com", selectors=("selector1", "selector2"),
    per_minute=30, per_day=10_000, connections=3,
)  # fmt: skip

GOOGLE = Provider(
    "google", "Gmail", "smtp.gmail.com", 465, "tls", "imap.gmail.com", "gmail",
    relays=("smtp.gmail.com", "smtp-relay.gmail.com"),
    mx=(".google.com", ".googlemail.com"),
    spf="_spf.google.com", selectors=("google",),
    per_minute=0, per_day=2_000, connections=0,
)  # fmt: skip

PROVIDERS = (MICROSOFT, GOOGLE)


def of_relay(host: str) -> Provider | None:
    """Return the provider whose relay this is."""
    return next((provider for provider in PROVIDERS if host.lower() in provider.relays), None)


def of_mail_servers(hosts: tuple[str, ...]) -> Provider | None:
    """Return the provider who takes a domain's incoming mail, by its MX hosts."""
    return next((p for p in PROVIDERS if any(host.endswith(ending) for host in hosts for ending in p.mx)), None)
