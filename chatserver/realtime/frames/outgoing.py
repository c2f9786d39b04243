"""The frames that the server sends."""

from chatserver.errors import ChatError
from chatserver.frames import encode
from chatserver.telemetry.metrics import count_refusal


def error_frame(error: ChatError, **echo: object) -> str:
    """Returns the error as a frame, its sentence in the current socket's language."""
    count_refusal(error.code)
    frame = {"type": "error", **echo, "code": error.code, "message": error.sentence}
    if error.retry_after is not None:
        frame["retry_after"] = error.retry_after
    return encode(frame)
