"""What is shown of a message's files, and what stands for them, as in `static/js/lib/file_words.js`.

Both are tested with `tests/cases/files.json`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from markupsafe import Markup, escape

from chatserver import i18n
from chatserver.conversations.message_files import MessageFile
from chatserver.i18n import gettext as _

MOST_PX = 320  # either side of a picture that is shown alone
KIB = 1024
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$", re.ASCII)


class Named(Protocol):
    """What a summary looks at; only pictures have a width."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def width(self) -> int | None:
        """The picture's width in pixels."""


class DrawnFile(NamedTuple):
    """What the template puts into the places of a file. `size` in CSS pixels, `about` of what is no picture."""

    name: str
    is_picture: bool
    animated: bool
    address: str
    attributes: Markup
    size: tuple[int, int]
    about: str


def drawn_files(files: Sequence[MessageFile]) -> list[DrawnFile]:
    """Returns the files of a message as they are shown: pictures first."""
    return [_drawn(file) for file in sorted(files, key=lambda file: not file.is_picture)]


def _drawn(file: MessageFile) -> DrawnFile:
    return DrawnFile(
        file.name,
        file.is_picture,
        bool(file.animated),
        f"/messages/files/{file.id}",
        _attributes(file),
        shown_size(file.width or 0, file.height or 0),
        "" if file.is_picture else about(file.name, file.bytes),
    )


def _attributes(file: MessageFile) -> Markup:
    attributes = f' data-file="{file.id}" data-type="{escape(file.type)}" data-bytes="{file.bytes}"'
    if file.width and file.height:
        attributes += f' data-width="{file.width}" data-height="{file.height}"'
    if file.animated:
        attributes += ' data-animated="true"'
    return Markup(attributes)  # noqa: S704


def shown_size(width: int, height: int) -> tuple[int, int]:
    """Returns the width and the height at which a picture is shown alone, in CSS pixels."""
    scale = min(1, MOST_PX / max(width, height, 1))
    return max(1, int(width * scale + 0.5)), max(1, int(height * scale + 0.5))


def summary(files: Sequence[Named]) -> str:
    """Returns what stands for files where there is no text: "Photo", "3 photos", "File: plan.pdf", "2 files"."""
    number = len(files)
    if not files:
        return ""
    if all(file.width for file in files):
        return _("Photo") if number == 1 else i18n.ngettext("%(num)d photo", "%(num)d photos", number) % {"num": number}
    if number == 1:
        return _("File: %(name)s") % {"name": files[0].name}
    return i18n.ngettext("%(num)d file", "%(num)d files", number) % {"num": number}


def about(name: str, size: int) -> str:
    """Returns the kind and the size of a file: "PDF, 1.2 MB"."""
    kind = _EXTENSION.search(name)
    return ", ".join([*([kind[1].upper()] if kind else []), size_words(size)])


def size_words(size: int) -> str:
    """Returns a size in bytes in words: "12 KB", "1.2 MB"."""
    kilobytes = max(1, int(size / KIB + 0.5))
    if kilobytes < KIB:
        return _("%(size)s KB") % {"size": i18n.number(kilobytes)}
    return _("%(size)s MB") % {"size": i18n.number(int(size / KIB / KIB * 10 + 0.5) / 10)}
