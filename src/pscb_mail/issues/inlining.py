"""Style sheets written into the elements of a page, once an issue: what mail clients do not drop.

Promises: no network and no file, whatever a template links to or imports; `!important` stays where it was written; a
lean result; no white space inside `<pre>` is touched. Nothing is inlined inside Outlook's comments. A style element
marked `data-inline="no"` stays as it is, without the mark.
"""

import re
from functools import lru_cache

from css_inline import CSSInliner, InlineError

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line

_KEPT = re.compile(r'<style data-inline="no">(.*?)</style>', re.DOTALL)
# In an element, and not in words about one: there a < is a reference.
_STYLE = re.compile(r'(<[a-z](?:[^<>"]|"[^"]*")*? style=)"([^"]*)"')
_DOCTYPE = re.compile(r"^\s*<!doctype[^>]*>", re.IGNORECASE)
# Empty lines, and where they say something.
_LOOSE = re.compile(r"<pre\b.*?</pre>|\n\s*\n", re.DOTALL)
_STAND_IN = re.compile(r"<!--style (\d+)-->")


def inlined(page: str) -> str:
    """Return the page with its style sheets written into its elements. Raises UsageError where nothing is on it."""
    if not re.sub(r"<!--.*?-->|<[!?][^>]*>", "", page, flags=re.DOTALL).strip():
        raise UsageError(
            "The template newsletter.html.j2 writes an empty page.", "Take yours away to have the program's own back."
        )
    kept: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        kept.append(found[1])
        return f"<!--style {len(kept) - 1}-->"

    try:
        result = _inliner().inline(_KEPT.sub(set_aside, page))
    except (InlineError, ValueError) as error:
        raise UsageError(
            f"The template newsletter.html.j2 has styles that cannot be read: {one_line(str(error), 200)}.",
            "Take yours away to have the program's own back.",
        ) from error
    return _STAND_IN.sub(lambda found: f"<style>{kept[int(found[1])]}</style>", _tidied(result))


def squeezed(css: str) -> str:
    """Return a style sheet without comments and without white space that says nothing."""
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def _tidied(page: str) -> str:
    """Return the page as lean as it reads the same, with a doctype."""
    page = _STYLE.sub(lambda found: f'{found[1]}"{_squeezed_style(found[2])}"', page)
    page = _LOOSE.sub(lambda found: found[0] if found[0].startswith("<") else "\n", page)
    return f"<!DOCTYPE html>\n{_DOCTYPE.sub('', page).strip()}\n"


def _squeezed_style(style: str) -> str:
    return re.sub(r"\s*([:;,])\s*", r"\1", style).strip("; ")
