"""Where the templates, static files, SQL and catalogues are: in an installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `name`. Looked for in the package first (a wheel), then beside it (a checkout or `pip install -e`)."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
