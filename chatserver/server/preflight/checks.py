"""Runs the checks: for `python -m chatserver check`, and before `serve` and gunicorn start.

Each problem is one sentence that says what to do; all problems that can be found together are reported together.
"""

from chatserver.config.embed_settings import embed_advice
from chatserver.config.load import name_advice
from chatserver.config.settings import Config, ConfigError
from chatserver.config.sso_settings import sso_advice
from chatserver.server.preflight.addresses import socket_problems
from chatserver.server.preflight.files import files_advice, files_problems
from chatserver.server.preflight.home import home_problems
from chatserver.server.preflight.metrics_folder import metrics_problems
from chatserver.server.preflight.postgresql import host_advice, postgresql_problems
from chatserver.server.preflight.redis_server import redis_problems


def refuse_to_start(config: Config, *, places: bool = False) -> None:
    """Raises ConfigError with all problems found, one sentence a line.

    `places`: also checks gunicorn's sockets and metrics folder, as far as possible while it may be running already, and
    whose database it is.
    """
    if not config.database_url or not config.redis_url:
        raise ConfigError("DATABASE_URL and REDIS_URL must be set; `make run` starts servers of its own.")
    problems = [*postgresql_problems(config), *redis_problems(config), *files_problems(config)]
    if places:
        problems += [*socket_problems(config), *metrics_problems(config)]
    if places and not problems:
        problems += home_problems(config)
    if problems:
        raise ConfigError("\n".join(problems))


def advice(config: Config) -> list[str]:
    """Returns warnings about settings that work today but may fail later, one sentence each."""
    return [
        *name_advice(),
        *host_advice(config),
        *sso_advice(config),
        *embed_advice(config),
        *files_advice(config),
    ]
