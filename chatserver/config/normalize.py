"""The normal form of settings that are compared with addresses from outside."""

from collections.abc import Iterable
from dataclasses import replace

from chatserver.config.settings import Config
from chatserver.config.urls import read_network, read_origin


def normalize(config: Config) -> Config:
    """Returns the settings with each address in its normal form, once; leaves invalid ones for `validate.py`."""
    return replace(
        config,
        host=config.host.strip("[]"),
        metrics_host=config.metrics_host.strip("[]"),
        origins=_unique(read_origin(origin) or origin for origin in config.origins),
        sso_origins=_unique(read_origin(origin) or origin for origin in config.sso_origins),
        embed_origins=_unique(read_origin(origin) or origin for origin in config.embed_origins),
        trusted_proxies=_unique(read_network(network) or network for network in config.trusted_proxies),
    )


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))
