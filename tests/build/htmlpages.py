"""Pages that a test writes down itself, in the shell that all pages share."""

from typing import Any

from jinja2 import ChoiceLoader, DictLoader
from pytest import MonkeyPatch  # noqa: PT013 - only the name, for the type

from osspcap.report.page import environment, page_pieces


def page_of(monkeypatch: MonkeyPatch, content: str, **values: Any) -> str:
    """A page with this content; values are for the template."""
    made = environment().overlay()
    template = f'{{% extends "page.html.j2" %}}{{% block content %}}{content}{{% endblock %}}'
    assert made.loader is not None
    made.loader = ChoiceLoader([DictLoader({"x.html.j2": template}), made.loader])
    monkeypatch.setattr("osspcap.report.page.environment", lambda: made)
    return "".join(page_pieces("x.html.j2", title="t", heading="h", **values))
