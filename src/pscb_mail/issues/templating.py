"""The templates of an issue: looked up in the workspace, then in the package; strict, sandboxed, escaped.

A template in the workspace takes the place of the package's of the same name, one by one. They are the newsletter's
own files; still they run in a sandbox, and neither loop without end nor multiply beyond measure. What an editor writes
in an issue never gets here but as a value. Raises UsageError naming the template and its line.
"""

import os
from collections.abc import Iterable, Sized
from functools import lru_cache
from pathlib import Path

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_eval_context,
)
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import do_replace
from jinja2.nodes import Concat, EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.issues.frame import day, site, tel, times, weekday

_HINT = "A template of the workspace takes the place of the program's own: take yours away to have that one back."

_MOST = 1_000_000  # characters or items of a product
_BITS = 10_000  # of a number: Python writes out no longer ones


# Methods of strings and filters that make much of little, by a width or by filling in; a template needs none of them.
_GROWING = ("center", "expandtabs", "format", "format_map", "ljust", "replace", "rjust", "translate", "zfill")
_GROWING_FILTERS = ("batch", "center", "format", "indent", "slice", "tojson", "urlize", "wordwrap")
_LONGEST = 10_000_000  # characters of a result: a hundred times what mail programs show


class _Bounded(SandboxedEnvironment):
    """The sandbox, in which a product, a sum or a power has a bounded size: it is refused before it is made.

    So are ways to widen words. What remains, such as a list shown that holds itself many times over, ends where the
    memory ends, and is told: these files are the newsletter's own, and nobody else's.
    """

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "%" and isinstance(left, str | bytes):
            raise SecurityError("% fills in no words here")
        if _parts(operator, left, right) > 0:
            raise SecurityError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: object) -> None:
        """Leave `format` to `is_safe_attribute`."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Refuse what widens words, as well as what leads out of the sandbox."""
        return not (isinstance(obj, str | bytes) and attr in _GROWING) and super().is_safe_attribute(obj, attr, value)

    def joined(self, text: str) -> str:
        """Return what ~ has put together, where it has a bounded size."""
        if len(text) > _MOST:
            raise SecurityError("the result of ~ is too large")
        return text

    class code_generator_class(CodeGenerator):  # noqa: N801  # Jinja looks for this name
        """Has each ~ held against its bound."""

        def visit_Concat(self, node: Concat, frame: Frame) -> None:  # noqa: N802  # and for this one
            """Write the call that puts the parts together, within one that looks at the result."""
            self.write("environment.joined(")
            super().visit_Concat(node, frame)
            self.write(")")


def _parts(operator: str, left: object, right: object) -> int:
    """Return how many times over a result would be as large as is allowed; 0 where it is less."""
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()) // _BITS
    if operator == "+":
        return (len(left) + len(right)) // _MOST if isinstance(left, Sized) and isinstance(right, Sized) else 0
    for repeated, often in ((left, right), (right, left)):
        if isinstance(repeated, Sized) and isinstance(often, int):
            return len(repeated) * max(often, 0) // _MOST
    return 0


@pass_eval_context
def _replaced(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja's own `replace`, where its result has a bounded size."""
    if str(text).count(str(old)) * len(str(new)) > _MOST:
        raise SecurityError("the result of replace is too large")
    return do_replace(context, text, old, new, count)


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
    filters = {"day": day, "weekday": weekday, "times": times, "tel": tel, "site": site, "replace": _replaced}
    environment.filters.update(filters)
    for name in _GROWING_FILTERS:
        del environment.filters[name]
    del environment.globals["lipsum"]
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
