"""`pscb-mail.toml` → `Settings`: read, overridden from the environment, checked, all mistakes reported at once.

Any setting can be overridden by `PSCB_MAIL__SECTION__KEY`; the relays as one JSON list in `PSCB_MAIL__RELAY`. Raises
`SettingsError` (exit 78) with one line a mistake, each naming file and key and, where a name is unknown, the nearest
known one.
"""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pscb_mail.errors import SettingsError
from pscb_mail.settings import Section, Settings

Values = dict[str, Any]
_PREFIX = "PSCB_MAIL__"
_QUOTES = r"Text stands in straight quotes, a Windows path in single ones: folder = 'C:\Backups'."
# An installed program has no manual beside it.
_EVERY_KEY = "`pscb-mail init DIR --yes` writes a file into a new folder in which every key stands, explained."


def read_settings(path: Path) -> Settings:
    """Read and check the settings in `path`, overridden from the environment; files that they name are beside `path`.

    Raises SettingsError naming every mistake at once.
    """
    try:
        return _anchored(Settings(**_merged(_in_file(path), overrides(os.environ))), path.absolute().parent)
    except ValidationError as error:
        mistakes = "\n".join(f"{path}: {_mistake(detail)}" for detail in error.errors())
        raise SettingsError(mistakes, _EVERY_KEY) from error
    except RecursionError as error:
        raise SettingsError(
            "The settings, or one in the environment, nest too deeply to be read.", _EVERY_KEY
        ) from error


def overrides(variables: Mapping[str, str]) -> Values:
    """Return the settings that the environment gives, as they would stand in the file.

    A table or a list is written as JSON; a key of a table is stronger than the table. Raises SettingsError.
    """
    named = {name.upper().removeprefix(_PREFIX): name for name in variables if name.upper().startswith(_PREFIX)}
    _hold_known(named)
    found: Values = {}
    for name in sorted(named, key=lambda each: each.count("__")):
        keys = name.lower().split("__")
        value: object = _value(named[name], variables[named[name]], keys)
        for key in reversed(keys):
            value = {key: value}
        found = _merged(found, cast("Values", value))
    return found


def _value(variable: str, text: str, keys: Sequence[str]) -> object:
    kind = _kind(keys)
    if not _is_table(kind) and get_origin(kind) not in {tuple, dict}:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(
            f"The environment's {variable} is not JSON: {error}.", "A table or a list is written as JSON."
        ) from error


def _kind(place: Sequence[str | int]) -> object:
    """Return what may stand at a place in the settings; None where nothing is known by that name."""
    kind: object = Settings
    for part in place:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif get_origin(kind) is tuple and isinstance(part, int):
            kind = get_args(kind)[0]
        elif _is_table(kind):
            fields = cast("type[Section]", kind).model_fields
            kind = next((field.annotation for name, field in fields.items() if part in {name, field.alias}), None)
        else:
            return None
    return kind


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _merged(values: Values, stronger: Values) -> Values:
    """Return `values` with what is stronger in their place, table by table."""
    merged = dict(values)
    for key, value in stronger.items():
        there = merged.get(key)
        merged[key] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return merged


def _hold_known(named: Mapping[str, str]) -> None:
    """Refuse an override of a table that there is not."""
    tables = ((variable, name.lower().partition("__")[0]) for name, variable in named.items())
    if strays := [(variable, table) for variable, table in tables if table not in Settings.model_fields]:
        lines = (f"The environment's {variable} names no setting.{_nearest((table,))}" for variable, table in strays)
        raise SettingsError("\n".join(lines), _EVERY_KEY)


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


def _in_file(path: Path) -> Values:
    try:
        # utf-8-sig: Windows editors write a byte order mark.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} does not exist.", "`pscb-mail init` writes one.") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path} is no UTF-8 text.", "Save it as UTF-8: an editor's Save as lets choose."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.", f"{_QUOTES} {_EVERY_KEY}") from error


# What pydantic calls a mistake (docs.pydantic.dev, "Validation errors"), and what should have been there instead.
_MUST_BE = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "tuple_type": "a list in square brackets",
    "too_short": "a list with something in it",
    "model_type": "a table",
    "dict_type": "a table",
}


def _mistake(detail: ErrorDetails) -> str:
    """One mistake as a sentence: the key as it is written in the file, then what is wrong with it."""
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"{key} is not a setting.{_nearest(detail['loc'])}"
        case "missing":
            return f"{key} is missing."
        case "value_error":
            said = detail["msg"].removeprefix("Value error, ")
            return f"{key}: {said}." if key else f"{said}."
        case "tuple_type" if detail["loc"] == ("relay",):
            return "relay: write [[relay]], with two brackets on either side: there may be several."
        case kind if kind in _MUST_BE:
            wanted = _MUST_BE[kind].format(**detail.get("ctx", {}))
            return f"{key} must be {wanted}, not {detail['input']!r:.60}."
        case _:
            return f"{key}: {detail['msg']}, not {detail['input']!r:.60}."


def _nearest(place: Sequence[str | int]) -> str:
    table = _kind(place[:-1])
    fields = cast("type[Section]", table).model_fields if _is_table(table) else {}
    known = [field.alias or name for name, field in fields.items()]
    match difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5):
        case [name]:
            return f" Did you mean {name}?"
        case _:
            return f" Known here: {', '.join(known)}."
