"""A table of an issue: its cells, its caption, and whether a telephone can show it beside each other.

Pure. A table's caption is a paragraph "Table: …" right before it; without one both renderings know what to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it.tree import SyntaxTreeNode

from pscb_mail.issues.tokens import plain

# What a column of 288 pixels (a telephone of 320 less its margins) shows of letters of 16 pixels.
_NARROW = 30
# The same of the full column of 540 pixels, in which the shares are worked out.
_FULL = 66
_PADDING = 3
_SHORT = 5


@dataclass(frozen=True)
class Table:
    """A table's cells, inline nodes. `wide`: does not fit a telephone; then `shares` are widths in per cent, else 0.

    `short`: for each column, whether none of its cells needs breaking on the narrowest screen.
    """

    head: tuple[SyntaxTreeNode, ...]
    rows: tuple[tuple[SyntaxTreeNode, ...], ...]
    aligns: tuple[str, ...]
    shares: tuple[int, ...]
    short: tuple[bool, ...]
    wide: bool


def captioned(nodes: list[SyntaxTreeNode]) -> Iterator[tuple[SyntaxTreeNode, SyntaxTreeNode | None]]:
    """Return the nodes, each table with the paragraph that is its caption, that paragraph not by itself."""
    caption = None
    for node, following in zip_longest(nodes, nodes[1:]):
        if following is not None and following.type in {"table", "events"} and _is_caption(node):
            caption = node
            continue
        yield node, caption
        caption = None


def table_of(node: SyntaxTreeNode) -> Table:
    """Return the table in a `table` node."""
    head, *body = node.children
    cells = [_cells(row) for row in head.children]
    rows = tuple(_cells(row) for part in body for row in part.children)
    aligns = tuple(_align(cell) for row in head.children for cell in row.children)
    columns = [[cells[0][place], *(row[place] for row in rows)] for place in range(len(cells[0]))]
    longest = [_longest_word(column) for column in columns]
    wide = sum(longest) + _PADDING * len(longest) > _NARROW
    shares = _shares(longest, _main(rows, len(longest))) if wide else (0,) * len(longest)
    short = tuple(all(len(plain(cell)) <= _SHORT for cell in column) for column in columns)
    return Table(cells[0], rows, aligns, shares, short, wide)


def label(head: str) -> str:
    """Return a column's heading as it stands before one of its cells: "Page:", but "No." and nothing as they are."""
    return head if head[-1:] in ".:?" else head + ":"


def _is_caption(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and bool(node.children) and plain(node.children[0]).startswith("Table:")


def _cells(row: SyntaxTreeNode) -> tuple[SyntaxTreeNode, ...]:
    return tuple(cell.children[0] for cell in row.children)


def _align(cell: SyntaxTreeNode) -> str:
    style = str(cell.attrs.get("style", ""))
    return style.removeprefix("text-align:") if style else ""


def _longest_word(cells: list[SyntaxTreeNode]) -> int:
    return max((len(word) for cell in cells for word in plain(cell).split()), default=1)


def _main(rows: tuple[tuple[SyntaxTreeNode, ...], ...], columns: int) -> int:
    """Return the place of the column with most to say: it gets what the others leave."""
    return max(range(columns), key=lambda place: sum(len(plain(row[place])) for row in rows), default=0)


def _shares(longest: list[int], main: int) -> tuple[int, ...]:
    """Return widths in per cent: each column as wide as its longest word, the main one the rest, at least a third."""
    wanted = [100 * (length + _PADDING) / _FULL for length in longest]
    others = sum(share for place, share in enumerate(wanted) if place != main)
    scale = min(1.0, 67 / others) if others else 1.0
    shares = [int(share * scale) for share in wanted]
    shares[main] = 100 - sum(share for place, share in enumerate(shares) if place != main)
    return tuple(shares)
