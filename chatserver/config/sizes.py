"""The sizes that follow from the longest message. 0 = no limit."""

from collections.abc import Mapping
from typing import Any

BYTES_A_CHARACTER = 12  # an emoji: four UTF-8 bytes, each written as %F0, in a form; two of \ud83d in JSON
FORM_BYTES = 4096  # for all other fields of a form
KIB = 1024
NGINX_BODY = 128  # KiB: the largest request that deploy/nginx/locations.conf accepts


def bytes_of_message(characters: int) -> int:
    """Returns the longest request body, or WebSocket frame, of a message of so many code points."""
    return BYTES_A_CHARACTER * characters + FORM_BYTES


def bytes_for(characters: int) -> int:
    """Returns the default of MAX_FRAME_BYTES and QUEUE_BYTES if MAX_MESSAGE_CHARS is `characters`."""
    return max(NGINX_BODY, -(-bytes_of_message(characters) // KIB)) * KIB


def derived(values: Mapping[str, Any]) -> dict[str, int]:
    """Returns the defaults that follow from the settings in `values`."""
    if "max_message_chars" not in values:
        return {}
    size = bytes_for(values["max_message_chars"])
    return {name: size for name in ("max_frame_bytes", "queue_bytes") if name not in values}
