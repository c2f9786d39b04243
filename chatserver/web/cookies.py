"""The names of our cookies. All begin with `chat_`: a browser keeps one set for a whole host, other programs' too."""

from aiohttp import web

from chatserver.config.settings import Config

SESSION, DEVICE = "chat_session", "chat_device"
YEAR = 365 * 86400  # seconds


def choice_name(choice: str) -> str:
    """Of a choice that this browser remembers, as `choices.py` has them."""
    return f"chat_{choice}"


def secret_name(config: Config, name: str) -> str:
    """Of a cookie that scripts cannot read.

    In development it ends in the port, by which no browser tells cookies apart: people at one server would be signed
    out by signing in at another one of the same machine.
    """
    return f"__Host-{name}" if config.production else f"{name}_{config.port}"


def has_any(request: web.Request) -> bool:
    """Whether this browser keeps cookies of ours."""
    return any(name.removeprefix("__Host-").startswith("chat_") for name in request.cookies)
