"""Pictures are encoded anew: upright, in sRGB, without metadata, whatever they were."""

import io
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from tests.support.files import fetches, has_uploaded, opened, picture, saved, uploads
from tests.support.people import Person

SECRETS = (
    b"GPS",
    b"SERIAL-4711",
    b"a comment",
    b"xmpmeta",
    b"8BIM",
    b"Exif",
    b"ICC_PROFILE",
    b"EXIF",
    b"XMP ",
    b"ICCP",
)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">SERIAL-4711</x:xmpmeta>'
UPRIGHT = {  # how a camera that is held so stores an upright picture
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def camera(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: its serial number, where it was, a thumbnail's place."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "GPS SERIAL-4711"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return exif


def with_secrets(format: str) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"icc_profile": profile}
    if format in {"JPEG", "GIF"}:
        options["comment"] = b"a comment SERIAL-4711"
    if format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "a comment SERIAL-4711")
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options["pnginfo"] = text
    if format != "GIF":
        options |= {"exif": camera().tobytes(), "xmp": XMP}
    content = picture(format, **options)
    if format == "JPEG":  # IPTC, in Photoshop's block
        block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x0bSERIAL-4711"
        content = content[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + content[2:]
    return content


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
async def test_no_metadata_is_left_in_a_picture_or_its_small_one(ana: Person, format: str) -> None:
    content = with_secrets(format)
    assert b"SERIAL-4711" in content
    id = await has_uploaded(ana, content, f"a.{format}")
    for size in ("", "small"):
        status, shown = await fetches(ana, id, size)
        assert status == 200
        assert [secret for secret in SECRETS if secret in shown] == []
        assert opened(shown).format == "WEBP"
        assert not {"exif", "icc_profile", "xmp", "comment"} & opened(shown).info.keys()


@pytest.mark.parametrize("orientation", UPRIGHT)
async def test_a_picture_is_upright_however_the_camera_was_held(ana: Person, orientation: int) -> None:
    taken = Image.open(io.BytesIO(picture("PNG", (60, 40))))
    turned = taken if UPRIGHT[orientation] is None else taken.transpose(UPRIGHT[orientation])  # type: ignore[arg-type]
    content = saved(turned, "JPEG", quality=95, exif=camera(orientation).tobytes())
    status, file = await uploads(ana, content)
    assert (status, file["width"], file["height"]) == (201, 60, 40)
    for size in ("", "small"):
        _, shown = await fetches(ana, file["id"], size)
        upper, lower = (opened(shown).convert("RGB").getpixel((30, y)) for y in (5, 35))
        assert isinstance(upper, tuple)
        assert isinstance(lower, tuple)
        assert (upper[0] > 200, lower[2] > 200) == (True, True)


def sixteen_bits() -> bytes:
    gray = Image.new("I;16", (40, 30), 60_000)
    gray.paste(10_000, (0, 15, 40, 30))
    return saved(gray, "PNG")


def see_through() -> bytes:
    made = Image.new("P", (40, 30), 3)
    made.putpalette([0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30])
    return saved(made, "PNG", transparency=3)


def for_print() -> bytes:
    return saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG")


@pytest.mark.parametrize(
    ("content", "pixel"),
    [
        (sixteen_bits(), (234, 234, 234, 255)),
        (see_through(), (None, None, None, 0)),
        (for_print(), (255, 0, 0, 255)),
        (saved(Image.new("1", (40, 30), 1), "PNG"), (255, 255, 255, 255)),
        (saved(Image.new("LA", (40, 30), (100, 128)), "PNG"), (100, 100, 100, 128)),
    ],
)
async def test_pictures_of_other_kinds_keep_their_colors(
    ana: Person, content: bytes, pixel: tuple[int | None, ...]
) -> None:
    id = await has_uploaded(ana, content)
    _, shown = await fetches(ana, id)
    found = opened(shown).convert("RGBA").getpixel((20, 5))
    assert isinstance(found, tuple)
    assert all(want is None or abs(want - got) <= 6 for want, got in zip(pixel, found, strict=True)), found


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF"])
async def test_an_animation_stays_animated_and_its_small_picture_is_still(ana: Person, format: str) -> None:
    frames = [Image.new("RGB", (50, 40), color) for color in ("red", "green", "blue")]
    content = saved(frames[0], format, save_all=True, append_images=frames[1:], duration=120, loop=0)
    status, file = await uploads(ana, content, "wave.gif")
    assert (status, file["animated"], file["type"]) == (201, True, "image/webp")
    _, shown = await fetches(ana, file["id"])
    animation = opened(shown)
    colors = [frame.convert("RGB").getpixel((5, 5)) for frame in ImageSequence.Iterator(animation)]
    assert [max(range(3), key=color.__getitem__) for color in colors if isinstance(color, tuple)] == [0, 1, 2]
    _, still = await fetches(ana, file["id"], "small")
    assert getattr(opened(still), "n_frames", 1) == 1


async def test_a_large_picture_has_a_small_one_beside_it(ana: Person) -> None:
    id = await has_uploaded(ana, picture(size=(1200, 600)))
    _, shown = await fetches(ana, id)
    _, small = await fetches(ana, id, "small")
    assert (opened(shown).size, opened(small).size) == ((1200, 600), (480, 240))
    assert (await fetches(ana, id, "huge"))[0] == 400
    notes = await has_uploaded(ana, b"notes")
    assert await fetches(ana, notes, "small") == (200, b"notes")
