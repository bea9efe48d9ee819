"""The parser: CommonMark with tables and footnotes, merge fields `{{ … }}` and `:::` blocks; raw HTML is off.

Pure. `tokens` never raises for what an editor wrote: what is wrong with a field stands in its token's `info`, what is
wrong with a block comes back as problems, each with its line counted from the body's first. Nothing is left in doubt
that could show a passage to the wrong reader: a line that begins like a block and is none is a problem, never words.
"""

import re
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from pscb_mail.foreign import one_line
from pscb_mail.issues import blocks
from pscb_mail.issues.blocks import BlockErrors, Callout, Frame, Quote
from pscb_mail.issues.edition import MERGE_FIELDS, Field
from pscb_mail.issues.mistakes import nearest

# Deeper than any text that a person reads; the parser drops what lies below its own limit without a word.
MAX_NESTING = 24
_MAX_BLOCKS_DEEP = 8

_FIELD = re.compile(
    r"""\{\{\s*(?P<name>\w{1,60})\s*
        (?:\|\s*default\(\s*(?:"(?P<a>[^"{}\n]{0,200})"|'(?P<b>[^'{}\n]{0,200})'|“(?P<c>[^“”{}\n]{0,200})”)\s*\)\s*)?\}\}""",
    re.VERBOSE,
)
_FENCE = re.compile(r":{3,}[ \t]*(?P<words>[^:\n]*?)[ \t]*:*[ \t]*")


def tokens(body: str) -> tuple[list[Token], list[tuple[int, str]]]:
    """Return the tokens of a body, and its problems as pairs of a line and a sentence."""
    references = _References()
    env: dict[str, Any] = {"problems": [], "references": references}
    found = _markdown().parse(body, env)
    hidden = [
        *(each for label, each in references.items() if label not in references.asked),
        *env.get("duplicate_refs", []),
    ]
    return found, [*env["problems"], *((each["map"][0], _HIDDEN) for each in hidden)]


class _References(dict[str, Any]):
    """Where `[label]: address` says that links lead; a line that no link asks for would vanish without a word."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, label: str, default: Any = None) -> Any:
        self.asked.add(label)
        return super().get(label, default)


_HIDDEN = "This line would not be shown: brackets and a colon make it an address for a link that is nowhere."


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable("table")
    # Every link becomes a token, so that a bad one is refused with its line instead of turning into odd text.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005 the parser's own name for it
    markdown.inline.ruler.before("escape", "field", _field_rule)
    # A mark without a note is found by `notes`, and told.
    footnote_plugin(markdown, inline=False, move_to_end=False, always_match_refs=True)
    endings = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.before("fence", "block", _block_rule, {"alt": endings})
    return markdown


def _field_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 markdown-it calls it so
    opening = state.src[state.pos : state.pos + 2]
    if opening not in {"{{", "{%", "{#"}:
        return False
    found = _FIELD.match(state.src, state.pos, state.posMax)
    end = found.end() if found else state.pos + 2
    if not silent:
        token = state.push("field", "", 0)
        token.content = state.src[state.pos : end]
        token.meta, token.info = _field(found, state.src[state.pos : state.pos + 60])
    state.pos = end
    return True


def _field(found: re.Match[str] | None, text: str) -> tuple[Any, str]:
    """Return the field, and a sentence where it is none."""
    if not found:
        return Field(
            "name"
        ), f'"{one_line(text, 60)}" is not a merge field such as {{{{ first_name | default("colleague") }}}}.'
    name = found["name"].lower()
    problem = "" if name in MERGE_FIELDS else f'There is no field "{name}". {nearest(name, MERGE_FIELDS)}'
    return Field(name, found["a"] or found["b"] or found["c"] or ""), problem


def _block_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 markdown-it calls it so
    if state.is_code_block(start) or not _line(state, start).startswith(":::"):
        return False
    if silent:
        return True
    fence = _FENCE.fullmatch(_line(state, start))
    name, rest = _words(fence) if fence else ("", "")
    close = _closing(state, start, end) if name else None
    problem = _fence_problem(state, name, rest, close) if fence else _NO_FENCE
    if problem or close is None:
        state.env["problems"].append((start, problem))
        state.line = (start if close is None else close) + 1
        return True
    if name in blocks.READERS:
        _leaf(state, name, start, close)
    else:
        _frame(state, name, rest, start, close)
    state.line = close + 1
    return True


_NO_FENCE = "This line begins like a block and is none: write ::: and a name, and no colon after it."


def _words(fence: re.Match[str]) -> tuple[str, str]:
    """Return a block's name, "" at its end, and what stands after it."""
    name, _, rest = " ".join(fence["words"].split()).partition(" ")
    return name.lower(), rest


def _fence_problem(state: StateBlock, name: str, rest: str, close: int | None) -> str:
    if not name:
        return "This ::: ends a block, and none is open."
    if name not in blocks.NAMES:
        return f'There is no block "{one_line(name, 60)}". {nearest(name, blocks.NAMES)}'
    if name == "only" and state.level:
        return (
            "A passage for some groups cannot stand in another one: end that one first, or name more groups there."
            if state.env.get("only")
            else "A passage for some groups stands by itself, not in a list, a quotation or another block."
        )
    if rest and name != "only":
        return f'The block {name} takes nothing after its name: "{one_line(rest, 60)}".'
    return f"The block {name} is not closed: end it with a line :::." if close is None else ""


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _closing(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line of the fence that ends the block, blocks within it counted."""
    depth = 0
    for line in range(start, end):
        if fence := _FENCE.fullmatch(_line(state, line)):
            depth += 1 if fence["words"] else -1
            if depth == 0:
                return line
            if depth > _MAX_BLOCKS_DEEP:
                return None
    return None


def _leaf(state: StateBlock, name: str, start: int, close: int) -> None:
    try:
        meta = blocks.READERS[name]([_line(state, line) for line in range(start + 1, close)])
    except BlockErrors as error:
        state.env["problems"] += [(start + line, sentence) for line, sentence in error.mistakes]
        return
    token = state.push(name, "div", 0)
    token.block, token.map, token.meta = True, [start, close + 1], cast("Any", meta)


def _frame(state: StateBlock, name: str, rest: str, start: int, close: int) -> None:
    try:
        meta, last = (blocks.only(rest), close) if name == "only" else _frame_meta(state, name, start, close)
    except BlockErrors as error:
        state.env["problems"] += [(start + line, sentence) for line, sentence in error.mistakes]
        return
    if all(state.isEmpty(line) for line in range(start + 1, last)):
        state.env["problems"].append((start, f"The block {name} is empty."))
    opening = state.push(f"{name}_open", "div", 1)
    opening.block, opening.map, opening.meta = True, [start, close + 1], cast("Any", meta)
    before = state.parentType, state.lineMax
    # A paragraph inside ends where the block does.
    state.parentType, state.lineMax = "container", last
    state.env["only"] = state.env.get("only") or name == "only"
    state.md.block.tokenize(state, start + 1, last)
    state.env["only"] = state.env["only"] and name != "only"
    state.parentType, state.lineMax = before
    state.push(f"{name}_close", "div", -1).block = True


def _frame_meta(state: StateBlock, name: str, start: int, close: int) -> tuple[Frame, int]:
    """Return what a frame carries, and the line at which its Markdown ends: a quote's last line may name its source."""
    if name != "quote":
        return Callout(), close
    last = close - 1
    while last > start and state.isEmpty(last):
        last -= 1
    source = blocks.quote_source(_line(state, last)) if last > start else None
    if source is None:
        return Quote(), close
    if "{{" in source or "{%" in source:
        state.env["problems"].append((last, "The source of a quote cannot have a merge field."))
    return Quote(source), last
