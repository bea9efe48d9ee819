"""Pictures and attachments: only from the issue's folder, only what mails show, without what a camera tells of its owner."""

import io
import os
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from pscb_mail.issues.pictures import SHOWN, FileProblem, attach, embed, inside


def save(folder, name, size=(40, 20), mode="RGB", **options):
    path = folder / name
    Image.new(mode, size, "#336699").save(path, **options)
    return path


def opened(embedded):
    return Image.open(io.BytesIO(embedded.file.content))


def bomb(path, side=60_000):
    """A PNG whose header promises more pixels than memory has room for, in a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "../../etc/passwd", "/etc/passwd", "a/../../secret.png", "..\\secret.png", "C:\\x.png", "\\\\server\\x",
     "", "a\0.png", "/dev/zero"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    save(tmp_path, "secret.png")
    folder = tmp_path / "issue"
    folder.mkdir()
    with pytest.raises(FileProblem, match="is not a file in the folder"):
        inside(folder, name)


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(FileProblem, match="cannot be read"):
        inside(tmp_path, "a\ud800.pdf")


def test_no_link_leads_out_of_the_folder(tmp_path):
    folder = tmp_path / "issue"
    folder.mkdir()
    (folder / "x.png").symlink_to(save(tmp_path, "secret.png"))
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (folder / "loop").symlink_to(folder / "loop")
    for name in ("x.png", "up/secret.png"):
        with pytest.raises(FileProblem, match="link to a file outside"):
            inside(folder, name)
    with pytest.raises(FileProblem):
        inside(folder, "loop")


def test_only_regular_files_are_read_and_none_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "folder.png"):
        with pytest.raises(FileProblem, match="is not a file"):
            embed(tmp_path, name, "pscb.example")
    with pytest.raises(FileProblem, match="is not there"):
        embed(tmp_path, "none.png", "pscb.example")


@pytest.mark.parametrize(
    ("name", "said"),
    [("img_2041.jpg", "Did you mean IMG_2041.JPG?"), ("party.png", "party.png."), ("party/IMG_2041.JPG", "JPG.")],
)
def test_a_name_that_is_nearly_right_is_told_the_right_one(tmp_path, name, said):
    (tmp_path / "IMG_2041.JPG").touch()
    with pytest.raises(FileProblem, match="is not there") as problem:
        inside(tmp_path, name)
    assert str(problem.value).endswith(said)


def test_a_picture_is_shown_at_its_own_size_where_it_fits(tmp_path):
    save(tmp_path, "a.png", (300, 200))
    picture = embed(tmp_path, "a.png", "pscb.example")
    assert (picture.width, picture.height, opened(picture).size) == (300, 200, (300, 200))
    assert (picture.file.name, picture.file.media_type) == ("a.png", "image/png")


def test_a_large_picture_is_scaled_to_twice_the_column(tmp_path):
    save(tmp_path, "a.jpg", (4000, 3000))
    picture = embed(tmp_path, "a.jpg", "pscb.example")
    assert (picture.width, picture.height) == (SHOWN, SHOWN * 3 // 4)
    assert opened(picture).size == (2 * SHOWN, SHOWN * 3 // 2)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("profile", [SRGB, None], ids=["with a profile", "without"])
def test_a_picture_is_turned_upright_and_says_nothing_of_where_it_was_taken(tmp_path, profile):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x8825] = 6, "SECRET PLACE", {1: "N", 2: (52.0, 34.0, 0.0)}
    taken = Image.new("RGB", (100, 50), "red")
    taken.paste("blue", (50, 0, 100, 50))
    taken.save(tmp_path / "a.jpg", exif=exif, comment=b"SECRET", icc_profile=profile)
    picture = embed(tmp_path, "a.jpg", "pscb.example")
    image = opened(picture)
    assert (image.size, picture.width, picture.height) == ((50, 100), 50, 100)
    assert [image.getpixel((25, y))[0] > 128 for y in (20, 80)] == [True, False]
    assert not dict(image.getexif())
    assert b"SECRET" not in picture.file.content
    assert b"ICC_PROFILE" not in picture.file.content


def test_a_png_says_nothing_but_its_pixels(tmp_path):
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET")
    save(tmp_path, "a.png", mode="RGBA", pnginfo=text)
    picture = embed(tmp_path, "a.png", "pscb.example")
    assert b"SECRET" not in picture.file.content
    assert opened(picture).convert("RGBA").getpixel((0, 0)) == (0x33, 0x66, 0x99, 255)


def test_a_gif_and_a_drawing_in_cmyk_become_what_every_client_shows(tmp_path):
    save(tmp_path, "a.gif")
    Image.new("CMYK", (10, 10)).save(tmp_path / "b.jpg")
    assert embed(tmp_path, "a.gif", "pscb.example").file.name == "a.png"
    assert opened(embed(tmp_path, "b.jpg", "pscb.example")).mode == "RGB"


def test_a_pixel_bomb_is_refused_before_it_takes_memory(tmp_path):
    bomb(tmp_path / "bomb.png")
    tracemalloc.start()
    try:
        with pytest.raises(FileProblem, match="pixels"):
            embed(tmp_path, "bomb.png", "pscb.example")
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_moderate_bomb_below_the_librarys_limit_is_refused_too(tmp_path):
    bomb(tmp_path / "bomb.png", 8_000)
    with pytest.raises(FileProblem, match="8,000 by 8,000 pixels"):
        embed(tmp_path, "bomb.png", "pscb.example")


def test_a_picture_that_moves_is_refused(tmp_path):
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(FileProblem, match="moves"):
        embed(tmp_path, "a.gif", "pscb.example")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 broken", b"GIF89a"])
def test_what_is_no_picture_is_refused(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(FileProblem, match="is not a picture"):
        embed(tmp_path, "a.png", "pscb.example")


def test_a_picture_that_ends_too_soon_is_refused(tmp_path):
    path = save(tmp_path, "a.png", (400, 400))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FileProblem, match="is not a picture"):
        embed(tmp_path, "a.png", "pscb.example")


def test_a_picture_that_is_saved_again_is_read_again(tmp_path):
    """Of the same size and length, in one process, as `preview --watch` is."""
    first, second = (Image.new("RGB", (40, 40), colour) for colour in ("red", "lime"))
    first.save(tmp_path / "a.png", compress_level=0)
    before = embed(tmp_path, "a.png", "pscb.example")
    second.save(tmp_path / "a.png", compress_level=0)
    after = embed(tmp_path, "a.png", "pscb.example")
    assert (before.width, before.height) == (after.width, after.height)
    assert before.file.content_id != after.file.content_id


def test_the_same_picture_has_the_same_content_id(tmp_path):
    save(tmp_path, "a.png")
    save(tmp_path, "b.png")
    one, two = (embed(tmp_path, name, "pscb.example").file.content_id for name in ("a.png", "b.png"))
    assert one == two
    assert one.endswith("@pscb.example")


def test_an_attachment_goes_as_it_is_with_a_clean_name(tmp_path):
    (tmp_path / "evil\r\nX: y.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.unknown").write_bytes(b"b")
    file = attach(tmp_path, "evil\r\nX: y.pdf")
    assert (file.name, file.media_type, file.content, file.content_id) == (
        "evil X: y.pdf",
        "application/pdf",
        b"%PDF",
        "",
    )
    assert attach(tmp_path, "b.unknown").media_type == "application/octet-stream"


def test_an_attachment_too_large_for_a_mail_is_refused(tmp_path):
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(FileProblem, match="too much for a mail: save it smaller"):
        attach(tmp_path, "a.pdf")
