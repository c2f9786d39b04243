"""The names and types of files, as their uploaders say them: labels, which nobody believes."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote, unquote_to_bytes

from chatserver.validation import drop_hidden

NAME_BYTES, ENDING_BYTES = 200, 20
TYPE_CHARS = 100
NAMELESS = "file"
ANY_TYPE = "application/octet-stream"
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf'{_WORD}/{_WORD}(\s*;\s*{_WORD}=({_WORD}|"[^"\\\x00-\x1f\x7f-\uffff]*"))*', re.ASCII)


def read_name(header: str) -> str:
    """Returns the name in a header `X-File-Name`: UTF-8, percent-encoded."""
    try:
        return clean_name(unquote_to_bytes(header).decode())
    except UnicodeError:
        return NAMELESS


def clean_name(raw: str) -> str:
    """Returns a name without path, controls and overrides, of at most `NAME_BYTES` in UTF-8; its ending stays."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    name = drop_hidden(last).strip(" .") if last.strip(" .") else ""
    if len(name.encode()) > NAME_BYTES:
        ending = PurePosixPath(name).suffix.encode()
        ending = ending if len(ending) <= ENDING_BYTES else b""
        stem = name.encode()[: NAME_BYTES - len(ending)].decode(errors="ignore")
        name = stem + ending.decode()
    return name or NAMELESS


def clean_type(raw: str) -> str:
    """Returns a well-formed media type (RFC 9110 §8.3.1) as it is, `ANY_TYPE` for anything else."""
    raw = raw.strip()
    return raw if len(raw) <= TYPE_CHARS and _TYPE.fullmatch(raw) else ANY_TYPE


def served_name(name: str, *, is_picture: bool) -> str:
    """Returns the name under which a file is saved: pictures are WebP, whatever they were."""
    return f"{PurePosixPath(name).stem}.webp" if is_picture else name


def disposition(kind: str, name: str) -> str:
    """Returns the header `Content-Disposition`: an ASCII name for old clients, and the name (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^ !#$&+.0-9A-Za-z^_`|~()-]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
