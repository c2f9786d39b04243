"""The names of our cookies. All begin with `chat_`: other programs on the same host share the browser's cookies."""

from aiohttp import web

from chatserver.config.settings import Config

SESSION, DEVICE, SSO = "chat_session", "chat_device", "chat_sso"
YEAR = 365 * 86400  # seconds


def choice_name(choice: str) -> str:
    """Returns the cookie's name for a preference of this browser (`pages/preferences.py`)."""
    return f"chat_{choice}"


def secret_name(config: Config, name: str) -> str:
    """Returns the name of a cookie that scripts cannot read.

    In development it ends in the port, since browsers share cookies between ports: otherwise a sign-in at one server
    would end the session at another one of the same machine.
    """
    return f"__Host-{name}" if config.production else f"{name}_{config.port}"


def has_any(request: web.Request) -> bool:
    """Returns whether the browser sent any of our cookies."""
    return any(name.removeprefix("__Host-").startswith("chat_") for name in request.cookies)
