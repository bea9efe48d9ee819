"""The templates of an issue: looked up in the workspace, then in the package; strict, sandboxed, escaped.

A template in the workspace takes the place of the package's of the same name, one by one. They are the newsletter's
own files; still they run in a sandbox, and neither loop without end nor multiply beyond measure. What an editor writes
in an issue never gets here but as a value. Raises UsageError naming the template and its line.
"""

import os
from collections.abc import Iterable, Sized
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.issues.frame import day, numbers, site, tel, times, weekday

_HINT = "A template of the workspace takes the place of the program's own: take yours away to have that one back."

_MOST = 1_000_000  # characters or items of a product
_BITS = 10_000  # of a number: Python writes out no longer ones
_LONGEST = 10_000_000  # characters of a result: a hundred times what mail programs show


class _Bounded(SandboxedEnvironment):
    """The sandbox, in which a product or a power has a bounded size: a slip is refused before it is made.

    No more than that is held back: these files are the newsletter's own, and whoever writes them means it well.
    """

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if _parts(operator, left, right) > 0:
            raise SecurityError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)


def _parts(operator: str, left: object, right: object) -> int:
    """Return how many times over a result would be as large as is allowed; 0 where it is less."""
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()) // _BITS
    for repeated, often in ((left, right), (right, left)):
        if isinstance(repeated, Sized) and isinstance(often, int):
            return len(repeated) * max(often, 0) // _MOST
    return 0


def _whole(pieces: Iterable[str]) -> str:
    """Return a template's result, where it has a bounded size: loops within loops end here."""
    kept: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > _LONGEST:
            raise SecurityError("its result is too long")
        kept.append(piece)
    return "".join(kept)


_Stamps = tuple[tuple[str, int, int], ...]


def _stamps(folders: tuple[Path, ...]) -> _Stamps:
    """Return what changes with every change of a template, and with one that takes another's place."""
    files = (file for folder in folders for file in sorted(folder.rglob("*")))
    return tuple((str(file), status.st_mtime_ns, status.st_size) for file in files if (status := _status(file)))


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:  # gone while we looked, or a link to nowhere
        return None


@lru_cache(maxsize=2)
def _environment(folders: tuple[Path, ...], stamps: _Stamps) -> SandboxedEnvironment:
    """Return where templates are compiled, each once while nothing about them changes."""
    del stamps
    environment = _Bounded(
        loader=FileSystemLoader(list(folders)),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters = {"day": day, "weekday": weekday, "times": times, "tel": tel, "numbers": numbers, "site": site}
    environment.filters.update(filters)
    return environment


class Templates:
    """The templates of one workspace."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        there = tuple(folder for folder in folders if folder.is_dir())
        self._environment = _environment(there, _stamps(there))

    def render(self, name: str, **values: object) -> str:
        """Return the template's text. Raises UsageError where it is missing or at fault."""
        try:
            return _whole(self._environment.get_template(name).generate(**values))
        except TemplateNotFound as error:
            raise UsageError(f"There is no template {error.name}.", _HINT) from error
        except TemplateSyntaxError as error:
            raise UsageError(
                f"{error.filename or name}:{error.lineno}: {one_line(error.message or '')}.", _HINT
            ) from error
        except UnicodeDecodeError as error:
            raise UsageError(f"The template {name} is not UTF-8 text.", _HINT) from error
        except RecursionError as error:
            raise UsageError(f"The template {name} fails: it calls itself without end.", _HINT) from error
        except MemoryError as error:
            raise UsageError(f"The template {name} fails: its result has no room in memory.", _HINT) from error
        except (TemplateError, SecurityError, TypeError, ArithmeticError, ValueError, LookupError) as error:
            raise UsageError(f"The template {name} fails: {one_line(str(error), 300)}.", _HINT) from error
