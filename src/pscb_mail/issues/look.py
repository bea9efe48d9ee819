"""The colours of an issue: those in the settings, made readable on every ground that they stand on.

Pure. WCAG 2.2, success criterion 1.4.3: 4.5:1 for text. An editor may choose any colour; where it cannot be read it is
darkened or lightened just as far as is needed.
"""

from dataclasses import dataclass
from functools import lru_cache

from pscb_mail.settings import Design

# One step over the limit, so that rounding never falls below it.
_READABLE = 4.6

PAPER, INK, SOFT, LINE, TINT, GROUND = "#ffffff", "#1f2933", "#4b5864", "#ccd5dd", "#f1f5f8", "#e7ecf0"
NIGHT_PAPER, NIGHT_INK, NIGHT_SOFT, NIGHT_LINE, NIGHT_TINT, NIGHT_GROUND = (
    "#1b2128", "#e8ecef", "#b4c0cb", "#414d59", "#262e37", "#12161b",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Colours by what they are for; `night_…` on a dark ground. `on_band` is the ink on the masthead."""

    band: str
    on_band: str
    heading: str
    link: str
    button: str
    on_button: str
    night_heading: str
    night_link: str
    ink: str = INK
    soft: str = SOFT
    line: str = LINE
    tint: str = TINT
    paper: str = PAPER
    ground: str = GROUND
    night_ink: str = NIGHT_INK
    night_soft: str = NIGHT_SOFT
    night_line: str = NIGHT_LINE
    night_tint: str = NIGHT_TINT
    night_paper: str = NIGHT_PAPER
    night_ground: str = NIGHT_GROUND


def look_of(design: Design) -> Look:
    """Return the colours that the settings ask for, readable."""
    return _look(design.colour, design.accent)


@lru_cache(maxsize=4)
def _look(colour: str, accent: str) -> Look:
    return Look(
        band=colour,
        on_band=_on(colour),
        heading=readable(colour, GROUND),
        link=readable(accent, GROUND),
        button=accent,
        on_button=_on(accent),
        # Nearly as bright as the text below it, which it leads.
        night_heading=readable(colour, NIGHT_TINT, 10.5),
        night_link=readable(accent, NIGHT_TINT, 6.5),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str, ratio: float = _READABLE) -> str:
    """Return the colour, or the nearest shade of it that has this contrast on the ground."""
    target = 0 if _luminance(ground) > 0.5 else 255
    channels = _channels(colour)
    for step in range(101):
        shade = _hex([round(channel + (target - channel) * step / 100) for channel in channels])
        if contrast(shade, ground) >= ratio:
            return shade
    return "#000000" if target == 0 else "#ffffff"


def _on(ground: str) -> str:
    return max((PAPER, INK, "#000000"), key=lambda ink: (contrast(ink, ground) >= _READABLE, -len(ink), ink == PAPER))


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _hex(channels: list[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
