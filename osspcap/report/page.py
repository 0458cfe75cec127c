"""HTML pages in one file: the shell, the look and the scripts that all of them share.

A page is a template that extends `page.html.j2`. Styles and scripts are inlined and named by their hash in a
Content-Security-Policy that allows nothing else: no request, no other script, no style attribute, no form. Templates
escape every value; data goes into blocks of JSON that scripts read. Control characters and marks that turn the reading
direction are written as escapes, so that no captured text can look like another.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from osspcap._version import __version__
from osspcap.report.terminal import escape

_IN_SCRIPTS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""What could end a block of data, or begin a comment in it, is written as an escape of JSON."""


def page_pieces(
    template: str,
    *,
    title: str,
    heading: str,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **values: Any,
) -> Iterator[str]:
    """Yield a page in pieces.

    Args:
        template: File in `templates` that extends `page.html.j2`.
        title: Of the window.
        heading: In the bar at the top: a file or a directory.
        styles: Files in `templates` to inline behind `base.css`.
        scripts: Files in `templates` to inline behind `base.js` and `table.js`.
        values: What the template shows, masked already. Texts are escaped by the template.
    """
    style = _joined(("base.css", *styles))
    script = _joined(("base.js", "table.js", *scripts))
    early = _joined(("theme.js",))
    stream = (
        environment()
        .get_template(template)
        .stream(
            title=title,
            heading=heading,
            version=__version__,
            policy=_policy((style,), (early, script)),
            style=Markup(style),  # noqa: S704 - our own file
            early=Markup(early),  # noqa: S704 - likewise
            script=Markup(script),  # noqa: S704 - likewise
            **values,
        )
    )
    stream.enable_buffering(64)
    yield from stream
    yield "\n"


def embedded(value: Any) -> Markup:
    """Return data as JSON that may stand inside a script element: plain ASCII without markup."""
    text = json.dumps(shown(value), separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return Markup(text.translate(_IN_SCRIPTS))  # noqa: S704 - holds no markup


def shown(value: Any) -> Any:
    """Return data with the unsafe characters of all its texts written as escapes."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {shown(key): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


@cache
def environment() -> Environment:
    """Return the templates: escaping everywhere but in styles and scripts, strict about names."""
    made = Environment(
        loader=PackageLoader("osspcap.report"),
        autoescape=select_autoescape(disabled_extensions=("css", "js"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    made.filters["embedded"] = embedded
    return made


def _final(value: Any) -> Any:
    """Escape what a template writes; markup of our own is left alone."""
    return escape(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(_source(name) for name in names)


def _source(name: str) -> str:
    """Return a style with what it includes, or a script as it is."""
    made = environment()
    if name.endswith(".js"):
        assert made.loader is not None  # noqa: S101 - set by `environment`
        return made.loader.get_source(made, name)[0]
    return made.get_template(name).render()


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Return the policy: nothing but these styles and scripts (https://www.w3.org/TR/CSP3/)."""
    allowed = {"style-src": styles, "script-src": scripts}
    parts = ["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
    parts += [f"{name} {' '.join(_hash(text) for text in texts)}" for name, texts in allowed.items()]
    return "; ".join(parts)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
