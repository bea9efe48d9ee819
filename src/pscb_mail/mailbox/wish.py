"""A wish to come off the list, and the doubts that can stand against acting on it, as the editor reads them.

Pure data. `optout` finds wishes in English, `abroad` in the other languages.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """A wish to come off: the sentence, why it is doubtful (or ""), and whom else it is about (address or name)."""

    sentence: str
    doubt: str = ""
    other: str = ""


TURNED = "they also say that they do not want to come off"
SOMEBODY = "it is about somebody else"
CONDITIONAL = "a condition goes with it"
MIXED = "they say more than that"
ELSE = "they ask for something else as well"
UNDECIDED = "they have not decided, or not for good"
MENTIONED = "they write about coming off, but do not plainly ask for it"
HOW = "they ask how to come off"
OTHER = "it may be something other than the newsletter that they want to come off"
WEAK = frozenset({MENTIONED, SOMEBODY, OTHER})  # any other proposal in the same words outweighs these
TURNS = frozenset({SOMEBODY, CONDITIONAL, OTHER, UNDECIDED, ELSE})
