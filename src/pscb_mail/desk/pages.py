"""The desk's own templates: pages for a browser, and the files that `init` writes. They stand beside this module.

Promises: a name that a template does not know is an error; what goes into HTML is escaped. What goes into TOML and
Markdown is escaped by the filters that are given for it.
"""

from collections.abc import Callable
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template


def template(name: str, **filters: Callable[..., str]) -> Template:
    """Return a template by its file's name: HTML where that says so, else text whose last line end stays."""
    html = name.endswith(".html.j2")
    environment = Environment(
        autoescape=html,  # noqa: S701 - TOML and Markdown are no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not html,
    )
    environment.filters.update(filters)
    return environment.from_string((files("pscb_mail.desk") / name).read_text(encoding="utf-8"))
