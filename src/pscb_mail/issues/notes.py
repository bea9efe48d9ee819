"""Footnotes: `[^1]` in a text and `[^1]: words` below it → marks in the text, and a list of notes at an article's end.

Pure. What everybody reads is numbered through the issue, 1, 2, 3; each passage for some groups has letters of its own,
a, b, c, so that no number is missing for those who do not get it. A note is where its mark is: both for everybody, or
both in one passage. In the tokens that come out a mark is an inline token `note_mark`, the list a pair `notes_open`
and `notes_close` with a pair `note_open` and `note_close` for each note, all with a `Note` as their meta but the list.
What is wrong comes back as pairs of a line and a sentence.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from markdown_it.token import Token

from pscb_mail.foreign import one_line
from pscb_mail.issues.tokens import line_of


@dataclass(frozen=True)
class Note:
    """A note as readers see it: its mark ("3", "b"), and the id under which the HTML has it."""

    mark: str
    anchor: str


@dataclass
class _Definition:
    label: str
    line: int
    place: int
    tokens: list[Token]
    note: Note | None = None


@dataclass
class _Place:
    """Where notes belong together: the issue for everybody (0), or a passage for some groups."""

    waiting: list[_Definition] = field(default_factory=list)
    count: int = 0


Problems = list[tuple[int, str]]


def arranged(tokens: Sequence[Token]) -> tuple[list[Token], Problems]:
    """Return the tokens with their notes in place, and what is wrong with them."""
    if not any(token.type == "footnote_reference_open" or _marks(token) for token in tokens):
        return list(tokens), []
    arranging = _Arranging()
    rest = arranging.without_definitions(tokens)
    result = list(arranging.with_notes(rest))
    arranging.refuse_unused()
    return result, sorted(arranging.problems)


def _marks(token: Token) -> list[Token]:
    return [child for child in token.children or [] if child.type == "footnote_ref"]


def _places(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """Yield the tokens, each with the number of the passage that it is in; 0: it is for everybody."""
    place = count = 0
    for token in tokens:
        if token.type == "only_open":
            place = count = count + 1
        yield token, place
        if token.type == "only_close":
            place = 0


class _Arranging:
    """One pass over the tokens of an issue."""

    def __init__(self) -> None:
        self.problems: Problems = []
        self._definitions: dict[str, _Definition] = {}
        self._places: dict[int, _Place] = {}

    def without_definitions(self, tokens: Sequence[Token]) -> list[Token]:
        """Take the definitions out of the tokens, and keep them."""
        rest: list[Token] = []
        open_: _Definition | None = None
        for token, place in _places(tokens):
            if token.type == "footnote_reference_open" and open_ is None:
                open_ = self._begin(token, place)
            elif token.type == "footnote_reference_close" and open_ and token.level == open_.tokens[0].level:
                del open_.tokens[0]
                open_ = None
            elif open_:
                open_.tokens.append(token)
                if token.type == "footnote_reference_open":
                    self.problems.append((line_of(token), "A note begins within another one: begin a line with it."))
            else:
                rest.append(token)
        return rest

    def _begin(self, token: Token, place: int) -> _Definition:
        label, line = str(token.meta["label"]), line_of(token)
        shown = one_line(label, 40)
        if token.level > (1 if place else 0):
            self.problems.append(
                (line, f"The note [^{shown}] stands in a list, a quotation or a block: begin a line with it.")
            )
        if label in self._definitions:
            self.problems.append((line, f"The note [^{shown}] is there twice."))
        begun = _Definition(label, line, place, [token])
        self._definitions.setdefault(label, begun)
        return begun

    def with_notes(self, tokens: list[Token]) -> Iterator[Token]:
        """Yield the tokens, marks numbered, the notes of an article before the next one begins."""
        for position, (token, place) in enumerate(_places(tokens)):
            if (not place and _is_article(token)) or _is_passage_with_article(tokens, position):
                yield from self._list(0)
            if token.type == "only_close":
                yield from self._list(place)
            self._number(token, place, heading=position > 0 and tokens[position - 1].type == "heading_open")
            yield token
        yield from self._list(0)

    def _number(self, token: Token, place: int, *, heading: bool) -> None:
        line = line_of(token)
        for child in token.children or []:
            match child.type:
                case "softbreak" | "hardbreak":
                    line += 1
                case "footnote_ref" if heading:
                    self.problems.append((line, "A heading cannot have a note: it stands in the contents too."))
                case "footnote_ref":
                    self._mark(child, line, place)
                case _:
                    pass

    def _mark(self, child: Token, line: int, place: int) -> None:
        shown = one_line(str(child.meta["label"]), 40)
        found = self._definitions.get(str(child.meta["label"]))
        child.type, child.meta = "note_mark", cast("Any", Note("", ""))
        if found is None:
            self.problems.append(
                (line, f"There is no note [^{shown}]: write it on a line of its own, [^{shown}]: words.")
            )
        elif found.place != place:
            self.problems.append(
                (line, f"The note [^{shown}] and its mark must both be for everybody, or both in the same passage.")
            )
        else:
            found.note = found.note or self._next(found)
            child.meta = cast("Any", found.note)

    def _next(self, definition: _Definition) -> Note:
        place = self._places.setdefault(definition.place, _Place())
        place.count += 1
        place.waiting.append(definition)
        if not definition.place:
            return Note(str(place.count), f"note-{place.count}")
        # Nothing in it may tell how many passages there are.
        digest = hashlib.sha256(f"{definition.line} {definition.label}".encode()).hexdigest()[:8]
        return Note(_letters(place.count), f"note-{digest}")

    def _list(self, number: int) -> Iterator[Token]:
        place = self._places.get(number)
        if place is None or not place.waiting:
            return
        yield _token("notes_open", 1, place.waiting[0].note)
        for each in place.waiting:
            for token in each.tokens:
                self.problems += [(line_of(token), "A note cannot have a note.") for _ in _marks(token)]
            yield _token("note_open", 1, each.note)
            yield from each.tokens
            yield _token("note_close", -1)
        yield _token("notes_close", -1)
        place.waiting = []

    def refuse_unused(self) -> None:
        """Find the notes that no mark leads to: nobody would see them."""
        for each in self._definitions.values():
            if each.note is None and not any(
                "note" in sentence and line == each.line for line, sentence in self.problems
            ):
                self.problems.append((each.line, f"Nothing leads to the note [^{one_line(each.label, 40)}]."))


def _is_article(token: Token) -> bool:
    return token.type == "heading_open" and token.tag == "h2" and token.level == 0


def _is_passage_with_article(tokens: list[Token], position: int) -> bool:
    if tokens[position].type != "only_open":
        return False
    end = next((n for n in range(position, len(tokens)) if tokens[n].type == "only_close"), len(tokens))
    return any(token.type == "heading_open" and token.tag == "h2" for token in tokens[position:end])


def _letters(number: int) -> str:
    """Return a, b, … z, aa, ab, as lists count."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters


def _token(kind: str, nesting: int, note: Note | None = None) -> Token:
    token = Token(kind, "div", cast("Any", nesting))
    token.block, token.meta = True, cast("Any", note or {})
    return token
