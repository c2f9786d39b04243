"""The data from which a page is rendered."""

from typing import Any

import aiohttp_jinja2
import pytest
from aiohttp import web


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The variables of the last page's template, by name."""
    context: dict[str, Any] = {}
    render = aiohttp_jinja2.render_template

    def noting(template: str, request: web.Request, given: dict[str, Any], **options: Any) -> web.Response:
        context.clear()
        context.update(given)
        return render(template, request, given, **options)

    monkeypatch.setattr(aiohttp_jinja2, "render_template", noting)
    return context
