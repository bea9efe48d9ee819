"""What a mail uses of HTML and CSS, held against the data of caniemail.com (npm package `caniemail`).

The clients are those that the craft names: Outlook for Windows, the new one and Outlook.com, Gmail on the web and on
phones, Apple Mail, Yahoo. What stands in conditional comments is for Outlook alone, and is not looked at.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from checkers import folder
from lxml import html as lxml_html

CLIENTS = (
    "outlook.windows", "outlook.outlook-com", "gmail.desktop-webmail", "gmail.ios", "gmail.android",
    "apple-mail.macos", "apple-mail.ios", "yahoo.desktop-webmail", "yahoo.ios", "yahoo.android",
)  # fmt: skip

_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"), **dict.fromkeys(("ul", "ol", "li"), "html-lists"),
    **dict.fromkeys(("header", "footer", "main", "nav", "section", "article", "aside", "figure"), "html-semantics"),
    **dict.fromkeys(("form", "input", "button", "select", "textarea"), "html-form"), "em": "html-strong",
}  # fmt: skip
_PROPERTIES = {
    "columns": "css-column-layout-properties", "column-gap": "css-column-layout-properties", "flex": "css-display-flex",
    **dict.fromkeys(("top", "left", "right", "bottom"), "css-left-right-top-bottom"),
}  # fmt: skip
_VALUES = {
    "display:none": "css-display-none", "display:flex": "css-display-flex", "display:grid": "css-display-grid",
}  # fmt: skip
_SELECTORS = {
    r"\.[\w-]": "css-selector-class", r"\[": "css-selector-attribute", r"[\w\])] +[\w.:#\[]": "css-selector-descendant",
    r"\w>": "css-selector-child", r"\+": "css-selector-adjacent-sibling", r":?:after\b": "css-pseudo-element-after",
    r":hover\b": "css-pseudo-class-hover", r"#\w": "css-selector-id",
}  # fmt: skip


@lru_cache(maxsize=1)
def _features() -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    path = folder() / "node_modules" / "caniemail" / "data" / "caniemail.json"
    return {each["slug"]: each["stats"] for each in json.loads(path.read_text("utf-8"))["data"]}


def wanting(used: set[str]) -> dict[str, tuple[str, ...]]:
    """Return which of the features used some client does not know at all, and which clients these are."""
    found = {feature: tuple(client for client in CLIENTS if _support(feature, client) == "n") for feature in used}
    return {feature: clients for feature, clients in sorted(found.items()) if clients}


def _support(feature: str, client: str) -> str:
    family, platform = client.split(".")
    if feature not in _features():
        return "u"
    versions = list(_features()[feature].get(family, {}).get(platform, {"": "u"}).values())
    return versions[-1][:1]


def base(page: str) -> set[str]:
    """Return the features that a mail's elements and their own styles use: what must hold without `<style>`."""
    tree = lxml_html.document_fromstring(re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL))
    return {feature for element in tree.iter(lxml_html.etree.Element) for feature in _of_element(element)}


def sheets(page: str) -> set[str]:
    """Return the features that the style sheets in its head use."""
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    css = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    found = {"css-at-media"} if "@media" in css else set()
    found |= {"css-at-media-prefers-color-scheme"} if "prefers-color-scheme" in css else set()
    found |= {slug for rule, slug in (("@import", "css-at-import"), ("@font-face", "css-at-font-face")) if rule in css}
    for selector, declarations in re.findall(r"([^{}@]+)\{([^{}]*)\}", css):
        found |= {slug for sign, slug in _SELECTORS.items() if re.search(sign, selector)}
        found |= set(_of_style(declarations))
    return found


def _of_element(element: lxml_html.HtmlElement) -> Iterator[str]:
    yield from _known(_ELEMENTS.get(str(element.tag), f"html-{element.tag}"))
    for name, value in element.attrib.items():
        if name == "style":
            yield from _of_style(value)
        elif name == "href" and value.startswith("#"):
            yield "html-anchor-links"
        elif name == "href" and value.startswith("mailto:"):
            yield "html-mailto-links"
        elif name == "name" and value == "color-scheme":
            yield "html-meta-color-scheme"
        else:
            yield from _known(f"html-{name}")
    if element.tag == "img":
        yield from _known(f"image-{(element.get('src') or '').rpartition('.')[2]}")


def _of_style(style: str) -> Iterator[str]:
    for declaration in filter(str.strip, style.split(";")):
        name, _, value = (part.strip().lower() for part in declaration.partition(":"))
        if name.startswith("mso-"):
            continue
        name = re.sub(r"^-\w+-", "", name)
        yield _VALUES.get(f"{name}:{value.removesuffix('!important').strip()}") or _of_property(name)
        yield from ("css-important",) if "!important" in value else ()
        for unit in re.findall(r"\d(px|em|rem|vh|vw|ch|ex|cm|mm|in|pt|pc|vmin|vmax)\b", value):
            yield f"css-unit-{unit}"
        for function in re.findall(r"([a-z-]+)\(", value):
            yield from _known({"calc": "css-unit-calc", "var": "css-variables"}.get(function, f"css-{function}"))


def _of_property(name: str) -> str:
    """Return a property's feature: its own, or the one that it is a part of (border-left: border)."""
    parts = name.split("-")
    names = [_PROPERTIES.get(name, ""), *(f"css-{'-'.join(parts[:end])}" for end in range(len(parts), 0, -1))]
    return next((slug for slug in names if slug in _features()), f"css-{name} (not in the data)")


def _known(slug: str) -> Iterator[str]:
    if slug in _features():
        yield slug
