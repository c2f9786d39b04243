"""EMBED_ORIGINS: the sites that may show the messenger in a frame of their pages."""

from collections.abc import Iterator

from chatserver.config.settings import Config
from chatserver.config.urls import read_origin

LOOPBACK = ("http://localhost", "http://127.", "http://[::1]")


def embed_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each origin that cannot be one, or whose pages anybody on the way could change."""
    for origin in config.embed_origins:
        if read_origin(origin) is None:
            yield f"EMBED_ORIGINS must be like https://example.org, without a path, a user or a *, not {origin!r}."
        elif config.production and not origin.startswith(("https://", *LOOPBACK)):
            yield f"EMBED_ORIGINS must begin with https://, as APP_ENV is production, not {origin!r}."


def frame_ancestors(config: Config) -> str:
    """Returns the sources of the directive `frame-ancestors` (CSP 3) for the messenger's pages."""
    return " ".join(("'self'", *config.embed_origins)) if config.embed_origins else "'none'"


def embed_advice(config: Config) -> list[str]:
    """Returns a sentence for each origin that has more rights than a frame needs."""
    return [
        f"{origin} is in ORIGINS, so its pages may do what the chat's own do: to show frames, EMBED_ORIGINS is enough."
        for origin in config.embed_origins
        if origin in config.origins
    ]
