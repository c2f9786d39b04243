"""gunicorn as in production, but that of thousands who sign in nobody is told in the midst of the table."""

from chatserver.gunicorn_conf import *  # noqa: F403
from chatserver.gunicorn_conf import logconfig_dict

logconfig_dict["root"]["level"] = "WARNING"
