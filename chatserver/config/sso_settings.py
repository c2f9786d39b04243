"""Validates the settings of the sign-in by tokens of another site, SSO_…."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from chatserver.config.settings import Config
from chatserver.config.sso_keys import sso_key_problems
from chatserver.config.urls import read_origin

ISSUER_CHARS = 255


def sso_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each mistake."""
    yield from sso_key_problems(config.sso_keys)
    if not config.sso_issuer.isprintable() or len(config.sso_issuer) > ISSUER_CHARS:
        yield f"SSO_ISSUER must be a name of at most {ISSUER_CHARS} characters that can be seen."
    if config.sso_url and origin_of_page(config.sso_url, production=config.production) is None:
        schemes = "https://" if config.production else "https:// or http://"
        yield f"SSO_URL must begin with {schemes}, without a user and a fragment, not {config.sso_url[:100]!r}."
    for origin in config.sso_origins:
        if read_origin(origin) is None:
            yield f"SSO_ORIGINS must be like https://example.org, without a path, a user or a *, not {origin!r}."
    for name in ("sso_only", "sso_delete"):
        if getattr(config, name) not in {0, 1}:
            yield f"{name.upper()} must be 0 or 1, not {getattr(config, name)}."
    if config.sso_only and not (config.sso_url and config.sso_keys):
        yield "SSO_ONLY needs SSO_URL and SSO_KEYS: otherwise nobody can sign in."


def origin_of_page(url: str, *, production: bool) -> str | None:
    """Returns the origin of the page that makes tokens, None if it can be none: in production it needs TLS."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    schemes = {"https"} if production else {"https", "http"}
    if parts.scheme not in schemes or "@" in parts.netloc or "#" in url or not url.isprintable() or " " in url:
        return None
    return read_origin(f"{parts.scheme}://{parts.netloc}")


def token_origins(config: Config) -> tuple[str, ...]:
    """Returns the origins whose pages may post a token without `nonce`: by default that of SSO_URL."""
    default = origin_of_page(config.sso_url, production=config.production)
    return config.sso_origins or ((default,) if default else ())


def sso_advice(config: Config) -> list[str]:
    """Returns a sentence for each origin that has more rights than it needs.

    None for a site at the chat's own address, the first of ORIGINS, unless SSO_ORIGINS names it.
    """
    ours = config.origins if config.sso_origins else config.origins[1:]
    return [
        f"{origin} is in ORIGINS, so its pages may do what the chat's own do: to post tokens, SSO_ORIGINS is enough."
        for origin in token_origins(config)
        if origin in ours
    ]
