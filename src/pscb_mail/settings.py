"""The settings: every table and key of `pscb-mail.toml`, what each may be, and what follows from it.

Frozen: nothing changes settings at run time. Nothing secret is ever in here: passwords come from the environment, a
command or the keyring (`signin`). `settings_file` reads them.
"""

import re
from email.utils import getaddresses, parseaddr
from functools import cached_property
from ipaddress import IPv6Address
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.network import is_this_computer
from pscb_mail.providers import of_relay

FILE_NAME = "pscb-mail.toml"


def _plain(value: str) -> str:
    if has_unsafe(value):
        raise ValueError("has a line break or another control character in it")
    return value


def _mail_address(value: str) -> str:
    alone = _plain(value).strip()
    if len(getaddresses([value])) > 1 or alone != alone.strip(",;"):
        raise ValueError(
            f'"{value}" must be one address; a name with a comma in it stands in quotes: \'"Ely, Jo" <…>\''
        )
    if not re.fullmatch(r"[^@\s<>(),;:\"\\]+@[A-Za-z0-9.-]+", parseaddr(value)[1]):
        raise ValueError(f'"{value}" is not an address such as newsletter@pscb.example')
    return value


def _bare_address(value: str) -> str:
    if parseaddr(_mail_address(value))[1] != value:
        raise ValueError(f'"{value}" must be an address alone, without a name')
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'"{value}" is not a time zone such as Europe/London') from error
    return value


def _host(value: str) -> str:
    """Accept a name, an IPv4 address, or an IPv6 address, which alone has colons in it."""
    try:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", value):
            IPv6Address(re.sub(r"[^0-9A-Fa-f:.]", "!", value))
    except ValueError as error:
        form = "a server's name alone, such as smtp.pscb.example; its port stands under port"
        raise ValueError(f'"{one_line(value, 60)}" is not {form}') from error
    return value


def _website(value: str) -> str:
    if value and urlsplit(_plain(value)).scheme not in {"http", "https"}:
        raise ValueError(f'"{value}" must begin with https://')
    return value


def _of_form(pattern: str, form: str) -> AfterValidator:
    """Return a check of what a text looks like; `form` is that in words, with an example."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f'"{one_line(value, 60)}" is not {form}')
        return value

    return AfterValidator(check)


Text = Annotated[str, AfterValidator(_plain)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
BareAddress = Annotated[str, AfterValidator(_bare_address)]
Auth = Literal["none", "password", "microsoft", "google"]
Count = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """A table of the settings file: a key that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Newsletter(Section):
    """`[newsletter]`: who sends, and what every copy says of it."""

    name: Text
    from_: MailAddress = Field(alias="from")
    reply_to: BareAddress = ""
    list_id: Annotated[
        str, _of_form(r"[A-Za-z0-9._-]+\.[A-Za-z0-9.-]+", "a list id such as newsletter.pscb.example")
    ] = ""
    language: Annotated[str, _of_form(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language such as en-GB")] = "en-GB"
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/London"
    website: Annotated[str, AfterValidator(_website)] = ""
    postal_address: Text = ""
    urgent: Text = ""
    away_replies: bool = True
    database: Text = "pscb-mail.db"

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: object) -> object:
        """Derive what most people leave out: replies to the address in From, a list id in its domain."""
        if not isinstance(values, dict):
            return values
        sender = values.get("from")
        address = parseaddr(sender)[1] if isinstance(sender, str) else ""
        _, at, domain = address.rpartition("@")
        if not at:  # that is mistake enough
            return values
        return {"reply_to": address, "list_id": f"newsletter.{domain}", **values}

    @property
    def address(self) -> str:
        """The bare address in From: the envelope sender, so that bounces come to the mailbox that is read."""
        return parseaddr(self.from_)[1]

    @property
    def display_name(self) -> str:
        """The name in From, or the newsletter's."""
        return parseaddr(self.from_)[0] or self.name

    @property
    def domain(self) -> str:
        """The domain of From: the right-hand side of every Message-ID."""
        return self.address.rpartition("@")[2]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown and read."""
        return ZoneInfo(self.time_zone)


class Dkim(Section):
    """A relay's `dkim`: for one that does not sign itself (RFC 6376)."""

    domain: Text = ""
    selector: Text = ""
    key_file: Text = ""


class Relay(Section):
    """`[[relay]]`: an SMTP server that takes our mail."""

    host: Annotated[str, AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Text = ""
    auth: Auth = "none"
    username: Text = ""
    password_command: Text = ""
    connections: Annotated[int, Field(ge=1, le=100)] = 4
    dkim: Dkim = Dkim()
    allow_plain_text: bool = False

    @model_validator(mode="after")
    def _refuse_plain_text(self) -> Self:
        """Refuse mail and passwords in clear over a network (RFC 8314 section 3)."""
        if self.security == "none" and not self.is_loopback and not self.allow_plain_text:
            raise ValueError(
                'security = "none" would send mail readable by anyone on the way: '
                'use "starttls" or "tls", or say allow_plain_text = true',
            )
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether the relay is this machine."""
        return is_this_computer(self.host)

    @property
    def label(self) -> str:
        """How the relay is called on screen and in the log: `host:port`."""
        return f"{self.host}:{self.port}"


class Signin(Section):
    """`[signin]`: the organisation's application, for auth = microsoft or google."""

    tenant: Text = ""
    application: Text = ""


class Pace(Section):
    """`[pace]`: how fast a provider lets us send. 0: no limit of our own."""

    profile: Literal["none", "microsoft365", "microsoft365-cis", "gmail"] = "none"
    per_minute: Count = 0
    per_hour: Count = 0
    per_day: Count = 0


class Retry(Section):
    """`[retry]`: when a copy is tried again that its reader's server puts off, and when it counts as refused.

    Greylisting lets a second try pass within minutes; a mailbox that is full or a server that is away needs hours.
    """

    after_minutes: Annotated[tuple[Annotated[int, Field(ge=1, le=10_080)], ...], Field(min_length=1)] = (
        2, 10, 30, 60, 120, 240,
    )  # fmt: skip
    give_up_after_hours: Annotated[int, Field(ge=1, le=720)] = 48


class Mailbox(Section):
    """`[mailbox]`: where replies and bounces arrive, and where handled ones are filed."""

    source: str = ""
    auth: Auth = "password"
    password_command: Text = ""
    ca_file: Text = ""
    filed: Text = "Newsletter/Done"
    sent: Text = ""
    authenticated_by: Text = ""
    forwarded: Literal["ask", "act"] = "ask"

    @model_validator(mode="after")
    def _known_source(self) -> Self:
        if has_unsafe(unquote(self.source)):
            raise ValueError("source has a control character in it")
        if self.source and not re.match(r"(maildir:|mbox:|imaps?://)", self.source):
            raise ValueError(
                "source must be imaps://USER@HOST/FOLDER, imap://…, maildir:PATH or mbox:PATH "
                "(write %40 for an @ within USER)",
            )
        return self


Colour = Annotated[str, _of_form(r"#[0-9a-fA-F]{6}", "a colour such as #17375e")]


class Design(Section):
    """`[design]`: what an editor may change of the look without touching a template."""

    colour: Colour = "#17375e"
    accent: Colour = "#0b5d8a"
    logo: Text = ""
    logo_alt: Text = ""
    footer: Text = ""


class Audience(Section):
    """`[audiences]`: a named choice of groups; both lists are group names."""

    to: tuple[Text, ...] = ()
    not_: tuple[Text, ...] = Field(default=(), alias="not")


class Groups(Section):
    """`[groups]`: groups whose newcomers are asked first, and written to once they have said yes (double opt-in)."""

    confirm: tuple[Text, ...] = ()


class Check(Section):
    """`[check]`: acronyms that need no explanation, and rules ignored with a reason."""

    acronyms: tuple[Text, ...] = ()
    ignore: dict[str, Text] = {}


class Backup(Section):
    """`[backup]`: where backups go (empty: `backups/` in the workspace) and how many are kept."""

    folder: Text = ""
    keep: Annotated[int, Field(ge=1)] = 10


class Retention(Section):
    """`[retention]`: how long those who left are remembered, in months; 0: for ever."""

    left_after_months: Count = 24


class Settings(Section):
    """Everything in `pscb-mail.toml`, checked."""

    newsletter: Newsletter
    relay: tuple[Relay, ...] = ()
    signin: Signin = Signin()
    pace: Pace = Pace()
    retry: Retry = Retry()
    mailbox: Mailbox = Mailbox()
    design: Design = Design()
    audiences: dict[str, Audience] = {}
    groups: Groups = Groups()
    check: Check = Check()
    backup: Backup = Backup()
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _no_signature_for_known_hosts(self) -> Self:
        """They sign themselves, and rewrite Message-ID, which breaks a signature over it."""
        for relay in self.relay:
            if relay.dkim != Dkim() and of_relay(relay.host):
                raise ValueError(f"relay.dkim: {relay.host} signs mail itself and changes it first: leave dkim out")
        return self

    @model_validator(mode="after")
    def _pace_for_known_hosts(self) -> Self:
        """Running into a provider's limits gets the mailbox barred."""
        limited = self.pace.per_minute or self.pace.per_hour or self.pace.per_day
        for relay in self.relay:
            provider = of_relay(relay.host)
            if provider and self.pace.profile == "none" and not limited:
                raise ValueError(
                    f'pace.profile is "none", but {relay.host} bars mailboxes that send too fast: '
                    f'use profile = "{provider.pace}" under [pace]',
                )
        return self
