"""The words of a wish to come off, mended where a thumb slipped: "remvoe", "adress", "newletter", "recieve".

Pure and linear. A word is taken for one of a short list of long words when one slip makes the difference (a letter too
many, too few, wrong, or two exchanged) and the first letter is right. What is typed short on a telephone is written
out ("rmv me frm ur list"), but never a word that another of the languages that are read has too.
"""

import re

_LONG_WORDS = """
    unsubscribe unsubscribed subscription newsletter newsletters mailing mailings distribution circulation address
    addresses remove removed removing receive receiving delete deleted please database bulletin bulletins longer
"""
_WORDS = tuple(_LONG_WORDS.split())
# One slip from these, and words all the same.
_OTHERS = """
    remover removes remote deletes addressed addressee receives received receiver pleases pleased lounger linger
    databases
"""
_LONG = re.compile(r"[a-z]{5,14}")
_SHORT = {
    "rmv": "remove", "rmove": "remove", "frm": "from", "ur": "your", "yr": "your", "cld": "could", "cud": "could",
    "wld": "would", "wud": "would", "gd": "good", "plse": "please", "pleeease": "please", "thanx": "thanks",
    "thnx": "thanks", "thnks": "thanks", "msgs": "messages", "unsub": "unsubscribe", "nomore": "no more",
    "wanna": "want to", "dnt": "don't", "ppl": "people", "bcos": "because", "coz": "because",
    "cuz": "because", "n": "and", "ths": "this", "yuo": "you", "teh": "the", "fomr": "from", "culd": "could",
    "wuld": "would", "taht": "that", "thnaks": "thanks",
}  # fmt: skip
_SHORT_WORD = re.compile(rf"(?<![\w@.'-])(?<!\d )(?:{'|'.join(_SHORT)})(?![\w@'-])")
# Words taken for others that sound or look like them, only where no other can be meant.
_LISTS = r"(?:\w+[ -]){0,2}?(?:list|mailing|newsletter|database|e-?mails?|distribution|circulation)"
_LIKE = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"\b(can|could|would|will|do|if|as|thank|should|when) u\b", r"\1 you"),
        (r"\byou're (?=" + _LISTS + r"\b)", "your "),
        (r"\bwood (?=(?:you|i|like)\b)|(?<=\bi )wood\b", "would "),
        (r"\b(be|been) token\b", r"\1 taken"),
        (r"\btaken (me|us|my)\b", r"take \1"),
        (r"\bmy self\b", "myself"),
        (r"\brm (?=(?:me|us|my)\b)", "remove "),
        (r"\b(send|e-?mail|mail|gett|receiv|contact|messag|spamm)in\b(?=(?: \w+)? (?:me|us|this|these|it))", r"\1ing"),
        (r"\be (mails?|mailing|mailed)\b", r"e-\1"),
        (r"\bim (?=(?:\d+|not|no|a|the|getting|now|only|retired|leaving|moving|in the|at the|on the)\b)", "i'm "),
        (r"\b(take|taken|get|me|us|cross)((?: \w+){0,3}) of (the|this|your) (?=" + _LISTS + r"\b)", r"\1\2 off \3 "),
    )
)


def _slips(word: str) -> set[str]:
    """Return the word, and the word with any one letter left out: two words one slip apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


# "möchte" on a keyboard without the dots; not "neue", "bauen", "que".
_DOTS = re.compile(r"(?<![aeq])([aou])e")


def without_dots(words: str) -> str:
    """Return German words spelt "moechte", "fuer" as `quotes.plain` leaves them where they are spelt with umlauts."""
    return _DOTS.sub(r"\1", words)


_MEANT: dict[str, set[str]] = {}
for _word in _WORDS:
    for _slip in _slips(_word):
        _MEANT.setdefault(_slip, set()).add(_word)
_REAL = frozenset([*_WORDS, *_OTHERS.split()])


def mended(words: str) -> str:
    """Return the words with slips mended and short forms written out."""
    words = _LONG.sub(lambda match: _meant(match[0]), words)
    words = _SHORT_WORD.sub(lambda match: _SHORT[match[0]], words)
    for pattern, meant in _LIKE:
        words = pattern.sub(meant, words)
    return words


def _meant(word: str) -> str:
    if word in _REAL:
        return word
    near = {meant for slip in _slips(word) for meant in _MEANT.get(slip, ()) if abs(len(meant) - len(word)) <= 1}
    near = {meant for meant in near if meant[0] == word[0] and _one_slip(word, meant)}
    return near.pop() if len(near) == 1 else word


def _one_slip(written: str, meant: str) -> bool:
    """Whether the words differ by one letter left out, added, exchanged with its neighbour, or mistyped."""
    start = next(
        (i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), min(len(written), len(meant))
    )
    left, right = written[start:], meant[start:]
    exchanged = left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) > 1
    return exchanged or left[1:] == right[1:] or left[1:] == right or left == right[1:]
