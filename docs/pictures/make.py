"""Make the pictures of the manual from the real thing: `python docs/pictures/make.py` where the program is installed.

The terminals are what `pscb-mail demo` and `check` print; the newsletter is a mail that the demo's server took, the
preview the page that `preview` wrote, both shown by headless Chromium. Needs Debian's package chromium (or CHROMIUM in
the environment).
"""

import email
import email.policy
import html
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "chromium")
COLUMNS = 92
THEME = TerminalTheme(
    (255, 255, 255), (33, 37, 41),
    [(33, 37, 41), (176, 32, 32), (20, 110, 50), (140, 90, 0), (20, 70, 140), (110, 50, 120), (0, 100, 110), (90, 95, 100)],
)  # fmt: skip
# rich's own frame fetches a font from the network; this one uses the reader's.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ display: none; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#ffffff" stroke="#c8ccd0"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


# An issue with mistakes that editors make, for `check` to find.
DRAFT = """\
---
number: 19
date: 2011-01-31
title: "Newsletter 19: January 2011"
preheader: "The new referral form, training dates until Easter, and who is who at the front door"
---

## The new referral form

From Monday 1 March 2011 every referral is made on the new form. Ask the MASH team if in doubt, and
[click here](https://www.pscb.example/form?utm_source=newsletter) for a copy.

## Training

Times are to be confirmed. THE COURSES ARE FREE. Ring 01632-960-140 to book.

The child whose review we told of (NHS number 943 476 5919) is well.
"""


def program(*args: str, folder: Path, code: int = 0) -> str:
    """Run the program as in a terminal with colours; return what it printed."""
    env = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "HOME": str(folder)}
    command = [sys.executable, "-m", "pscb_mail", *args]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=env, cwd=folder
    )
    if done.returncode != code:
        raise SystemExit(f"{' '.join(args)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def terminal(command: str, printed: str, target: Path) -> None:
    """Write what a terminal shows as an SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(printed))
    frame = FRAME.replace("{title}", html.escape(command))
    console.save_svg(str(target), theme=THEME, code_format=frame, unique_id="t")


Box = tuple[int, int, int, int]
"""A part of a picture: left, top, right, bottom."""


def screenshot(page: Path, target: Path, width: int, height: int, *boxes: Box, chromium: str = CHROMIUM) -> None:
    """Let headless Chromium draw a page, with more time for it until there is something in each of the boxes."""
    for seconds in (4, 8, 16, 32):
        shown = drawn(page, width, height, seconds, chromium)
        if not any(is_empty(shown.crop(box)) for box in boxes):
            shown.quantize(192, dither=Image.Dither.NONE).save(target, optimize=True)
            return
    raise SystemExit(f"{target.name} was not made: {page.name} stays empty where it should show something.")


def drawn(page: Path, width: int, height: int, seconds: int, chromium: str) -> Image.Image:
    """Return what Chromium shows of a page."""
    with tempfile.TemporaryDirectory() as name:
        picture = Path(name) / "picture.png"
        subprocess.run(
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                f"--virtual-time-budget={seconds}000",  # time for the frames of a page
                f"--user-data-dir={name}/profile", f"--screenshot={picture}", page.as_uri(),
                f"--window-size={width},{height + 200}",  # the page may get less than its window
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        return Image.open(picture).convert("RGB").crop((0, 0, width, height))


def is_empty(picture: Image.Image) -> bool:
    """Whether a picture is one ground without words: letters have more than a hundred shades at their edges."""
    return picture.getcolors(100) is not None


def main() -> None:
    """Make them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = folder / "demo"
        printed = program("demo", "--keep", str(workspace), folder=folder)
        printed = printed.replace(f'"{workspace}"', "~/demo").replace(str(folder), "~")  # a shell takes no "~"
        terminal("pscb-mail demo", printed, HERE / "demo.svg")
        mail = min((workspace / "mails").glob("*.eml"))
        body = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).get_body(("html",))
        page = folder / "newsletter.html"
        page.write_text(body.get_content(), encoding="utf-8")
        screenshot(page, HERE / "newsletter.png", 760, 1100, (80, 0, 680, 160), (80, 160, 680, 1100))
        (workspace / "issues" / "issue-19.md").write_text(DRAFT, encoding="utf-8")
        terminal("pscb-mail check 19", program("-w", "demo", "check", "19", folder=folder, code=1), HERE / "check.svg")
        program("-w", "demo", "preview", "18", "--no-open", "--out", "page", folder=folder)
        phone, desktop = (45, 270, 405, 890), (431, 270, 1191, 890)
        screenshot(folder / "page" / "index.html", HERE / "preview.png", 1280, 900, phone, desktop)


if __name__ == "__main__":
    main()
