"""The options that several commands about people have in common, and what the words given to them mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from pscb_mail.people.address import Address, Person
    from pscb_mail.people.changes import Origin
    from pscb_mail.people.subscriber import Subscriber

Who = Annotated[str, typer.Argument(metavar="ADDRESS", help="An address, or a name that fits only one person.")]
Whom = Annotated[list[str], typer.Argument(metavar="ADDRESS…", help="Addresses, or names that fit one person each.")]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP", help="A group; may be repeated.")]
Organisation = Annotated[str | None, typer.Option("--organisation", metavar="TEXT", help="Where they work.")]
Role = Annotated[str | None, typer.Option("--role", metavar="TEXT", help="What they are there.")]
Source = Annotated[str, typer.Option("--source", metavar="TEXT", help="Where the address comes from.")]
Basis = Annotated[str, typer.Option("--basis", metavar="TEXT", help="Why we may write to them.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the history.")]


def origin(context: Context, command: str, reason: str = "") -> "Origin":
    """Return where a change of this command comes from."""
    from pscb_mail.foreign import one_line
    from pscb_mail.people.changes import Origin

    return Origin(now(), context.author, one_line(command, 200), one_line(reason), context.zone)


def persons(words: "Sequence[str]") -> "Iterator[Person]":
    """Yield whom the words of a command mean, with `-` for what is pasted. Raises UsageError with all that is wrong."""
    import os
    import sys

    from pscb_mail.people.address import AddressError, parse_person, pasted
    from pscb_mail.people.tables import lost, read_text

    if "-" in words and console.somebody_is_there():
        end = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
        console.say(f"Paste the people, one a line; then press Enter, and {end} to end it.")
    wrong = list[str]()
    for word in words:
        lines = pasted(read_text(sys.stdin.buffer.read())) if word == "-" else [(0, word)]
        for line, text in lines:
            where = f"Line {line}: " if line else ""
            if lost(text):
                wrong.append(f"{where}a character of it cannot be read. Save the list as UTF-8.")
                continue
            try:
                yield parse_person(text)
            except AddressError as error:
                wrong.append(f"{where}{error}")
    if wrong:
        more = [f"… and {len(wrong) - 10} more."] if len(wrong) > 10 else []
        hint = 'One person is written "Jo Bloggs <jo@school.example>", in quotation marks; nothing was changed.'
        if "-" in words:
            hint += " What has more columns than name and address is for `pscb-mail import FILE`."
        raise UsageError("\n       ".join(wrong[:10] + more), hint)


def groups(names: "Sequence[str] | None") -> tuple[str, ...]:
    """Return the groups that an option names."""
    from pscb_mail.people.joining import group_names

    return group_names(",".join(names or ()))


def address(text: str | None) -> "Address | None":
    """Return the address that an option names. Raises UsageError."""
    from pscb_mail.people.address import AddressError, parse_address

    try:
        return None if text is None else parse_address(text)
    except AddressError as error:
        raise UsageError(str(error), "Write it like jo@school.example; nothing was changed.") from error


def hold_group(db: "Database", name: str) -> None:
    """Hold a group against those that there are. Raises UsageError for an unknown one."""
    from pscb_mail.people import directory

    if not directory.spelt(db, name):
        meant = _nearest(db, name)
        hint = f"Did you mean {meant}?" if meant else "`pscb-mail groups` lists the groups."
        raise UsageError(f'There is no group "{name}".', hint)


def not_left(db: "Database", person: "Subscriber", groups: "Sequence[str]") -> "Iterator[str]":
    """Yield, of groups that somebody was to leave, a sentence for each that they were not in."""
    from pscb_mail.people import directory
    from pscb_mail.people.searching import folded

    theirs = {folded(name) for name in person.groups}
    for name in groups:
        if folded(name) in theirs:
            continue
        if directory.spelt(db, name):
            yield f'Not in the group "{name}".'
        else:
            meant = _nearest(db, name)
            yield f'Nobody is in a group "{name}".' + (f" Did you mean {meant}?" if meant else "")


def _nearest(db: "Database", name: str) -> str:
    from pscb_mail.people import directory, newgroups

    return newgroups.nearest(name, directory.spellings(db).values())


def found(db: "Database", words: "Sequence[str]") -> list["Subscriber"]:
    """Return whom the words mean, each once. Raises UsageError at the first who is not on the list."""
    from pscb_mail.people import directory

    people = [directory.find(db, word) for word in words]
    return list({person.id: person for person in people}.values())


def moment(text: str, context: Context) -> "datetime":
    """Return the moment that a date means in the newsletter's zone: the end of a day where there is no time."""
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-12-31"):
            moment += timedelta(days=1, microseconds=-1)
        return (moment if moment.tzinfo else moment.replace(tzinfo=context.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # in UTC it may lie before the year 1
        raise UsageError(f'"{text}" is not a date.', "Write it as 2026-12-31, or 2026-12-31T18:00.") from error


def content(file: Path) -> bytes:
    """Return what is in a file of people, as much of it as may be read at all. Raises UsageError."""
    from pscb_mail.people.tables import FILE_LIMIT

    try:
        if not file.is_file():
            raise UsageError(f"{file} is not a file.", "Give the path of a CSV or XLSX file.")
        with file.open("rb") as opened:
            return opened.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", "Check that the file is yours and closed."
        ) from error


def write(file: Path, data: "Iterable[bytes]") -> None:
    """Write a file about people whole or not at all, for nobody else to read."""
    from pscb_mail import files

    try:
        files.put(file, data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from error
