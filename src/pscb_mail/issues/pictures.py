"""Pictures and attachments: found beside the issue, checked, made fit for a mail.

Promises: nothing outside the issue's folder is read, whatever a name or a symbolic link says; only regular files; a
picture is decoded only when its header promises no more pixels than memory has room for; what is embedded is PNG or
JPEG, no wider than it is shown at twice the resolution, the right way up, and without the place, the time and the
camera it was taken with. Raises FileProblem, whose text is a sentence; `building` adds the line. Leaves to others:
alternative text (`parsing`).
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from mimetypes import MimeTypes
from pathlib import Path, PurePosixPath, PureWindowsPath

from PIL import Image, ImageCms, ImageOps

from pscb_mail.foreign import one_line
from pscb_mail.issues.edition import File

# The column of 600 less its margins: how wide a picture is shown at most, in CSS pixels.
SHOWN = 540

_MAX_PIXELS = 40_000_000  # 160 MB decoded: a camera's picture, no bomb
_MAX_BYTES = 25_000_000
_FORMATS = ("PNG", "JPEG", "GIF")


class FileProblem(ValueError):  # noqa: N818 a finding, with a sentence for the editor
    """A picture or an attachment that cannot be taken."""


@dataclass(frozen=True)
class Embedded:
    """A picture as it goes into the mail, with the size in which it is shown."""

    file: File
    width: int
    height: int


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file in the folder. Raises FileProblem where the name leads anywhere else."""
    shown = one_line(name, 80)
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if not name or "\0" in name or windows.drive or windows.root or posix.is_absolute() or ".." in windows.parts:
        raise FileProblem(f'"{shown}" is not a file in the folder of the issue: put it beside the issue and name it.')
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise FileProblem(
                f'"{shown}" is a link to a file outside the folder of the issue: put the file itself there.'
            )
        if not path.exists():
            raise FileProblem(f'"{shown}" is not there: it should be {folder / shown}.{_nearest(path)}')
        if not path.is_file():
            raise FileProblem(f'"{shown}" is not a file.')
        if path.stat().st_size > _MAX_BYTES:
            raise FileProblem(
                f'"{shown}" has more than {_MAX_BYTES // 1_000_000} MB, too much for a mail: save it smaller, '
                "or put it on the website and link to it."
            )
    except (OSError, RuntimeError, UnicodeError) as error:  # UnicodeError: no file has such a name
        raise FileProblem(f'"{shown}" cannot be read.') from error
    return path


def _nearest(path: Path) -> str:
    """Return a question that names the file beside which is called nearly so; Windows and Macs take JPG for jpg."""
    beside = {file.name.lower(): file.name for file in path.parent.iterdir()} if path.parent.is_dir() else {}
    found = get_close_matches(path.name.lower(), beside, n=1, cutoff=0.7)
    return f" Did you mean {one_line(beside[found[0]], 80)}?" if found else ""


def attach(folder: Path, name: str) -> File:
    """Return an attachment from the folder, its name cleaned."""
    path = inside(folder, name)
    # The interpreter's own table only: the machine's would make the same issue another edition elsewhere.
    guess, encoding = MimeTypes().guess_type(path.name)
    media_type = guess if guess and not encoding else "application/octet-stream"
    return File(one_line(path.name, 100) or "file", media_type, _bytes(path))


def embed(folder: Path, name: str, domain: str, shown: int = SHOWN) -> Embedded:
    """Return a picture from the folder, shown at its own size or `shown` pixels wide, whichever is less."""
    path = inside(folder, name)
    fit = _made_fit(path, name, shown, _stamp(path))
    identity = f"{hashlib.sha256(fit.content).hexdigest()[:16]}@{domain}"
    media_type = f"image/{'jpeg' if fit.kind == 'jpg' else fit.kind}"
    file = File(f"{one_line(path.stem, 80)}.{fit.kind}", media_type, fit.content, identity)
    show = min(fit.width, shown)
    return Embedded(file, show, max(1, round(fit.height * show / fit.width)))


@dataclass(frozen=True)
class _Fit:
    """A picture's bytes made fit for a mail; its size is that of the file."""

    content: bytes
    kind: str
    width: int
    height: int


@lru_cache(maxsize=32)  # while an issue is written it is built at each save, and its pictures stay
def _made_fit(path: Path, name: str, shown: int, stamp: tuple[int, ...]) -> _Fit:
    del stamp
    with _opened(_bytes(path), name) as image:
        width, height = _upright_size(image)
        ratio = min(1.0, 2 * shown / width)
        content, kind = _encoded(image, (max(1, round(width * ratio)), max(1, round(height * ratio))))
    return _Fit(content, kind, width, height)


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what a file has no two times when its bytes have changed."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileProblem(f'"{one_line(path.name, 80)}" cannot be read.') from error


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Image.Image]:
    shown = one_line(name, 80)
    try:
        with warnings.catch_warnings():
            # Our own limit is lower than the one that Pillow warns of.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
        with image:
            _refuse(image, shown)
            yield image
    except FileProblem:
        raise
    except Image.DecompressionBombError as error:
        raise FileProblem(f'"{shown}" has too many pixels: save it smaller.') from error
    except (OSError, SyntaxError, ValueError, EOFError, ImageCms.PyCMSError) as error:
        raise FileProblem(f'"{shown}" is not a picture that mail programs show: save it as PNG or JPEG.') from error


def _refuse(image: Image.Image, shown: str) -> None:
    if image.width * image.height > _MAX_PIXELS:
        raise FileProblem(f'"{shown}" has {image.width:,} by {image.height:,} pixels: save it smaller.')
    # Outlook shows the first frame only, and what moves for more than five seconds must be stoppable (WCAG 2.2.2).
    if getattr(image, "is_animated", False):
        raise FileProblem(f'"{shown}" moves: save a still picture.')


def _upright_size(image: Image.Image) -> tuple[int, int]:
    # EXIF orientation 5 to 8: the camera lay on its side (CIPA DC-008, tag 0x0112).
    turned = image.getexif().get(0x0112, 1) in range(5, 9)
    return (image.height, image.width) if turned else image.size


def _encoded(image: Image.Image, size: tuple[int, int]) -> tuple[bytes, str]:
    """Return the picture anew, so that nothing but its pixels is left of the file."""
    photograph = image.format == "JPEG"
    profile = image.info.get("icc_profile")
    picture = ImageOps.exif_transpose(image)
    mode = "RGB" if photograph or not picture.has_transparency_data else "RGBA"
    picture = _in_standard_colours(picture, profile) if profile and photograph else picture
    picture = picture.convert(mode)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    picture.info = {}
    out = io.BytesIO()
    if photograph:
        picture.save(out, "JPEG", quality=84, optimize=True)
        return out.getvalue(), "jpg"
    _few_colours(picture).save(out, "PNG", optimize=True)
    return out.getvalue(), "png"


def _in_standard_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture


def _few_colours(picture: Image.Image) -> Image.Image:
    """Return a drawing of at most 256 colours with a palette: a quarter of the bytes, no pixel changed."""
    if picture.mode == "RGB" and picture.getcolors(256) is not None:
        return picture.quantize(256, dither=Image.Dither.NONE)
    return picture
