"""Request targets and percent-encoding, read the way the server reads them and without ever refusing one.

Source: RFC 9112 section 3.2 (the four forms), RFC 3986 section 2.1; O(length of the target).
"""

from typing import NamedTuple
from urllib.parse import unquote_to_bytes


class Target(NamedTuple):
    """A request target taken apart; nothing is decoded yet."""

    path: str
    """With its leading slash; `/` if the target names none."""
    query: str
    """Behind the first `?`, without it; empty if there is none."""
    authority: str
    """Host and port of an absolute-form or authority-form target; empty in origin form."""


def split_target(target: str, method: str = "") -> Target:
    """Take a request target apart: origin, absolute, authority (CONNECT) and asterisk form.

    A fragment, which no client should send, is dropped as servers drop it. `//key` is a path in origin form, never an
    authority.
    """
    if "#" in target:
        target = target.partition("#")[0]
    if target.startswith("/"):
        path, _, query = target.partition("?")
        return Target(path, query, "")
    if method == "CONNECT":
        return Target("/", "", target)
    scheme, separator, rest = target.partition("://")
    if separator and scheme.lower() in {"http", "https"}:
        before, _, query = rest.partition("?")
        authority, _, path = before.partition("/")
        return Target("/" + path, query, authority.rpartition("@")[2])
    path, _, query = target.partition("?")
    return Target("/" if path == "*" else "/" + path, query, "")


def percent_decode(text: str, *, plus_is_blank: bool = False) -> str:
    """Decode percent-encoding to text: UTF-8, each invalid byte replaced by U+FFFD so that any output can hold it.

    Args:
        text: As on the wire, bytes above 0x7F as Latin-1 characters.
        plus_is_blank: True for form bodies only; in a path and in OSS queries `+` is a plus.
    """
    if plus_is_blank:
        text = text.replace("+", " ")
    if "%" in text:
        text = text.replace("%2F", "/")  # the commonest escape by far; none of the others can arise from it
    if "%" not in text and text.isascii():
        return text
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:  # HTTP/2 values may have been decoded already
        raw = text.encode("utf-8", "replace")
    return unquote_to_bytes(raw).decode("utf-8", "replace")


def split_query(query: str) -> dict[str, str]:
    """Return the query's names, decoded, with their values as sent; the first of equal names wins.

    A bare name has the value "": OSS takes `?acl` and `?acl=` for the same subresource.
    """
    parameters: dict[str, str] = {}
    for item in query.split("&"):
        name, _, value = item.partition("=")
        if "%" in name:
            name = percent_decode(name)
        if name not in parameters:
            parameters[name] = value
    parameters.pop("", None)
    return parameters
