"""`pscb-mail.toml` → `Settings`: read, overridden from the environment, checked, all mistakes reported at once.

Nothing secret is ever in here: passwords come from the environment, a command or the keyring (`signin`). Any setting
can be overridden by `PSCB_MAIL__SECTION__KEY`; the relays as one JSON list in `PSCB_MAIL__RELAY`. Raises
`SettingsError` (exit 78) with one line a mistake, each naming file and key and, where a name is unknown, the nearest
known one.
"""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from pscb_mail.errors import SettingsError
from pscb_mail.foreign import has_unsafe

FILE_NAME = "pscb-mail.toml"
_OVERRIDES = "PSCB_MAIL__"

# Hosts whose sending limits are known: running into them gets the mailbox barred, so they need a pace (facts of the
# providers: learn.microsoft.com "Exchange Online limits"; support.google.com/a/answer/166852).
HOSTS_WITH_LIMITS = {
    "smtp.office365.com": "microsoft365-cis",
    "outlook.office365.com": "microsoft365-cis",
    "smtp-mail.outlook.com": "microsoft365-cis",
    "smtp.gmail.com": "gmail",
    "smtp-relay.gmail.com": "gmail",
}


def _plain(value: str) -> str:
    if has_unsafe(value):
        raise ValueError("has a line break or another control character in it")
    return value


def _mail_address(value: str) -> str:
    _plain(value)
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


def _website(value: str) -> str:
    if value and urlsplit(_plain(value)).scheme not in {"http", "https"}:
        raise ValueError(f'"{value}" must begin with https://')
    return value


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
    list_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+\.[A-Za-z0-9.-]+$")] = ""
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en-GB"
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
        address = parseaddr(str(values.get("from", "")))[1]
        domain = address.rpartition("@")[2]
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

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]+$")]
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
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

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


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


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


class Settings(BaseSettings):
    """Everything in `pscb-mail.toml`, checked. Frozen: nothing changes settings at run time."""

    model_config = SettingsConfigDict(
        env_prefix=_OVERRIDES, env_nested_delimiter="__", extra="forbid", frozen=True, populate_by_name=True
    )

    newsletter: Newsletter
    relay: tuple[Relay, ...] = ()
    signin: Signin = Signin()
    pace: Pace = Pace()
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
            if relay.dkim != Dkim() and relay.host.lower() in HOSTS_WITH_LIMITS:
                raise ValueError(f"relay.dkim: {relay.host} signs mail itself and changes it first: leave dkim out")
        return self

    @model_validator(mode="after")
    def _pace_for_known_hosts(self) -> Self:
        limited = self.pace.per_minute or self.pace.per_hour or self.pace.per_day
        for relay in self.relay:
            profile = HOSTS_WITH_LIMITS.get(relay.host.lower())
            if profile and self.pace.profile == "none" and not limited:
                raise ValueError(
                    f'pace.profile is "none", but {relay.host} bars mailboxes that send too fast: '
                    f'use profile = "{profile}" under [pace]',
                )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file; no .env and no secrets folder: one file is enough to look for a setting in."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def read_settings(path: Path) -> Settings:
    """Read and check the settings in `path`, overridden from the environment; files that they name are beside `path`.

    Raises SettingsError naming every mistake at once.
    """
    _hold_known(os.environ)
    return _anchored(_read(path), path.absolute().parent)


def _hold_known(variables: Iterable[str]) -> None:
    """Refuse an override of a table that there is not: pydantic passes over it as somebody else's variable."""
    named = ((variable, variable[len(_OVERRIDES) :].lower()) for variable in variables)
    tables = (
        (variable, name.partition("__")[0]) for variable, name in named if variable.upper().startswith(_OVERRIDES)
    )
    if strays := [(variable, table) for variable, table in tables if table not in Settings.model_fields]:
        lines = (f"The environment's {variable} names no setting.{_nearest((table,))}" for variable, table in strays)
        raise SettingsError("\n".join(lines), "docs/settings.md lists every key.")


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Return settings whose files are found from wherever the program runs."""

    def anchored(name: str) -> str:
        return str(folder / Path(name).expanduser()) if name else ""

    relays = tuple(
        relay.model_copy(
            update={
                "ca_file": anchored(relay.ca_file),
                "dkim": relay.dkim.model_copy(update={"key_file": anchored(relay.dkim.key_file)}),
            }
        )
        for relay in settings.relay
    )
    mailbox = settings.mailbox.model_copy(update={"ca_file": anchored(settings.mailbox.ca_file)})
    return settings.model_copy(update={"relay": relays, "mailbox": mailbox})


def _read(path: Path) -> Settings:
    try:
        # utf-8-sig: Windows editors write a byte order mark.
        return Settings(**tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} does not exist.", "`pscb-mail init` writes one.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", "Save it as UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", "docs/settings.md shows a whole file.") from error
    except ValidationError as error:
        mistakes = "\n".join(f"{path}: {_mistake(detail)}" for detail in error.errors())
        raise SettingsError(mistakes, "docs/settings.md lists every key.") from error
    except RecursionError as error:
        raise SettingsError(
            "The settings, or one in the environment, nest too deeply to be read.",
            "docs/settings.md shows a whole file.",
        ) from error
    except SourceError as error:
        raise SettingsError(
            f"The environment overrides a setting wrongly: {error}", "A list is given as JSON."
        ) from error


def _mistake(detail: ErrorDetails) -> str:
    """One mistake as a sentence: the key as it is written in the file, then what is wrong with it."""
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"{key} is not a setting.{_nearest(detail['loc'])}"
        case "missing":
            return f"{key} is missing."
        case "value_error":
            return (
                f"{key}: {detail['msg'].removeprefix('Value error, ')}."
                if key
                else f"{detail['msg'].removeprefix('Value error, ')}."
            )
        case _:
            return f"{key}: {detail['msg']}, not {detail['input']!r:.60}."


def _nearest(location: tuple[int | str, ...]) -> str:
    known = _names(Settings, location[:-1])
    match difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5):
        case [name]:
            return f" Did you mean {name}?"
        case _:
            return f" Known here: {', '.join(known)}."


def _names(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The names known in the table at `location`, aliases as they are written in the file."""
    for part in location:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        inner = next(
            (t for t in (annotation, *get_args(annotation)) if isinstance(t, type) and issubclass(t, BaseModel)), None
        )
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]
