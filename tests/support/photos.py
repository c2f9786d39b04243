"""Pictures as phones take them: lying on their side, with a camera and a place on earth."""

from PIL import Image

from tests.support.files import saved

CAMERA = "Lakeside 5"
ON_ITS_SIDE = 6  # EXIF: the first column is the top
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def photo(top: str, bottom: str = "white", width: int = 300, height: int = 400) -> bytes:
    """A JPEG that is shown upright with these colors, and stored on its side with its place."""
    lying = Image.new("RGB", (height, width), bottom)
    lying.paste(top, (0, 0, height // 2, width))
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    exif[MAKE] = CAMERA
    exif.get_ifd(GPS).update({1: "N", 2: (55.0, 45.0, 21.0), 3: "E", 4: (37.0, 37.0, 4.0)})
    return saved(lying, "JPEG", exif=exif)


def moving() -> bytes:
    """A GIF of two frames."""
    frames = [Image.new("RGB", (60, 60), color) for color in ("red", "blue")]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)
