"""Style sheets written into the elements of a page, once an issue: what mail clients do not drop.

Promises: no network, whatever a template links to or imports; `!important` stays where it was written; a lean result;
no white space inside `<pre>` is touched. Nothing is inlined inside Outlook's comments. A style element marked
data-premailer="ignore" stays as it is.
"""

import logging
import re
from functools import lru_cache

from cssutils import CSSParser
from cssutils.css import CSSStyleSheet
from premailer import Premailer

from pscb_mail.errors import UsageError
from pscb_mail.issues.edition import tidy_html

# Attributes that premailer would add beside the styles: they are no HTML today, and Word reads the styles.
_ATTRIBUTES = ["align", "bgcolor", "border", "cellpadding", "cellspacing", "height", "valign", "width"]
# In an element, and not in words about one: there a < is a reference.
_STYLE = re.compile(r'(<[a-z](?:[^<>"]|"[^"]*")*? style=)("[^"]*")')


class _Inliner(Premailer):  # type: ignore[misc] # premailer has no types
    """Premailer without its one way to the network that `allow_network` leaves open: cssutils follows @import."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> CSSStyleSheet:  # noqa: FBT001, FBT002 premailer's
        return _parsed(css_body, validate)


@lru_cache(maxsize=4)  # between two builds the style sheet seldom changes
def _parsed(css_body: str, validate: bool) -> CSSStyleSheet:  # noqa: FBT001
    return CSSParser(fetcher=_nothing, validate=validate).parseString(css_body)


def inlined(page: str) -> str:
    """Return the page with its style sheets written into its elements. Raises UsageError where nothing is on it."""
    if not re.sub(r"<!--.*?-->|<[!?][^>]*>", "", page, flags=re.DOTALL).strip():
        raise UsageError(
            "The template newsletter.html.j2 writes an empty page.", "Take yours away to have the program's own back."
        )
    inliner = _Inliner(
        page,
        allow_network=False,
        # Without its !important, what is for dark screens has no chance against what is inline.
        strip_important=False,
        disable_validation=True,
        # cssutils complains of every property that is younger than itself.
        cssutils_logging_level=logging.CRITICAL,
        disable_basic_attributes=_ATTRIBUTES,
        align_floating_images=False,
        preserve_internal_links=True,
    )
    return _tidied(str(inliner.transform()))


def squeezed(css: str) -> str:
    """Return a style sheet without comments and without white space that says nothing."""
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()


def _nothing(url: str) -> None:
    """What is found at any address: a mail has neither @import nor link."""
    del url


def _tidied(page: str) -> str:
    """Return the page as lean as it reads the same, with the doctype that lxml leaves out."""
    page = _STYLE.sub(lambda found: found[1] + re.sub(r"\s*([:;,])\s*", r"\1", found[2]), page)
    page = tidy_html(page).strip()
    return page if page.lower().startswith("<!doctype") else f"<!DOCTYPE html>\n{page}\n"
