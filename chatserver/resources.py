"""Locates templates, static files, SQL and catalogues: in an installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Returns the folder `name`: in the package (a wheel), or beside it (a checkout or `pip install -e`)."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
