"""What tokens of the parser say and carry, in one way for all who read them.

Pure. A token's `meta` is typed as a dict by markdown-it; ours are frozen dataclasses (`edition.Field`, the blocks,
`notes.Note`). An inline token's `map` counts lines from 1 once `parsing` has been over it.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar, cast

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from pscb_mail.issues.blocks import Only
from pscb_mail.issues.edition import Field

_Carried = TypeVar("_Carried")


def carried(token: Token | SyntaxTreeNode, kind: type[_Carried]) -> _Carried | None:
    """Return what a token carries, where it is of that kind."""
    meta = cast("object", token.meta)
    return meta if isinstance(meta, kind) else None


def carrying(token: Token | SyntaxTreeNode, kind: type[_Carried]) -> _Carried:
    """Return what a token of its type always carries."""
    meta = carried(token, kind)
    if meta is None:
        raise TypeError(token)
    return meta


def line_of(token: Token) -> int:
    """Return the line at which a token begins, the first where it does not say."""
    return token.map[0] if token.map else 1


def with_groups(tokens: Iterable[Token]) -> Iterator[tuple[Token, tuple[str, ...]]]:
    """Return the tokens of a body, each with the groups whom it is for; a passage's own tokens count as in it."""
    groups: tuple[str, ...] = ()
    for token in tokens:
        if only := carried(token, Only):
            groups = only.groups
        yield token, groups
        if token.type == "only_close":
            groups = ()


def plain(node_or_tokens: SyntaxTreeNode | list[Token]) -> str:
    """Return the words of an inline node or of inline tokens, a merge field as its default."""
    tokens = node_or_tokens.to_tokens() if isinstance(node_or_tokens, SyntaxTreeNode) else node_or_tokens
    return "".join(_words(token) for token in tokens)


def _words(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak" | "hardbreak":
            return " "
        case "field":
            return carrying(token, Field).default
        case "inline" | "image":
            return plain(token.children or [])
        case _:
            return ""
