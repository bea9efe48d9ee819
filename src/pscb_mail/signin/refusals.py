"""What a refusal of an authorisation server means and who has to do what about it.

The cases stand in `refusals.toml`, which comes with the program; nothing else is read.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pscb_mail.errors import SettingsError
from pscb_mail.foreign import one_line


class SigninRefusedError(SettingsError):
    """Signing in was refused: somebody must sign in again, or an administrator must change something."""


@cache
def cases() -> dict[str, Any]:
    """Return the tables of `refusals.toml`."""
    return tomllib.loads((files("pscb_mail") / "signin" / "refusals.toml").read_text(encoding="utf-8"))


def refusal(provider: str, error: str, description: str = "") -> SigninRefusedError:
    """Return the error for a refusal: what it means, in the server's own words too, and who has to do what."""
    number = re.search(r"AADSTS(\d+)", description)
    known = cases()[provider].get(number[1] if number else error) or cases()["plain"].get(error)
    known = known or {
        "means": f"{provider.title()} refuses the sign-in",
        "do": "Give the words in brackets to your IT department.",
    }
    # What follows the first line is trace numbers.
    first, _, _ = description.replace(" Trace ID:", "\r\n").partition("\r\n")
    return SigninRefusedError(f"{known['means']} ({one_line(first, 300) or one_line(error, 60)}).", known["do"])
