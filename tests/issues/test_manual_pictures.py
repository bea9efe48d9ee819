"""The pictures of the manual show something, or are not made at all."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

MAKE = Path(__file__).parents[2] / "docs" / "pictures" / "make.py"
# Stands for Chromium on a busy machine: a window with words, and nothing yet in the frame at its right.
BUSY = """\
#!{python}
import sys
from PIL import Image, ImageDraw
target = next(word.partition("=")[2] for word in sys.argv if word.startswith("--screenshot="))
shown = Image.new("RGB", (400, 400), "white")
ImageDraw.Draw(shown).text((10, 10), "Words of a page", fill="navy", font_size=20)
if {late} and "--virtual-time-budget=16000" in sys.argv:
    ImageDraw.Draw(shown).text((210, 10), "Words of a frame", fill="navy", font_size=20)
shown.save(target)
"""
PAGE, FRAME = (0, 0, 200, 200), (200, 0, 400, 200)


@pytest.fixture
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pictures", MAKE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("late", [True, False])
def test_a_frame_that_is_empty_is_waited_for_and_never_kept(make: ModuleType, tmp_path: Path, late: bool) -> None:
    browser, page, target = tmp_path / "chromium", tmp_path / "index.html", tmp_path / "preview.png"
    browser.write_text(BUSY.format(python=sys.executable, late=late))
    browser.chmod(0o700)
    if late:
        make.screenshot(page, target, 400, 200, PAGE, FRAME, chromium=str(browser))
        with Image.open(target) as shown:
            assert not make.is_empty(shown.convert("RGB").crop(FRAME))
    else:
        with pytest.raises(SystemExit, match=r"preview\.png was not made: index\.html stays empty"):
            make.screenshot(page, target, 400, 200, PAGE, FRAME, chromium=str(browser))
        assert not target.exists()
