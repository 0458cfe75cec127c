"""callbackUrl: which hosts OSS is to call, and what speaks against calling them.

OSS calls from its own network: an address of the user's private network, the loopback interface or a name that only
one's own machines know can never be reached, whatever the application does.

Source: OSS API reference, Callback (callbackUrl); EC 0007-00000004; RFC 1918, RFC 3927, RFC 6598, RFC 6890.
"""

import ipaddress
import re
from functools import lru_cache

from osspcap.model.callback import CallbackTarget
from osspcap.model.pattern import pattern
from osspcap.oss.limits import MAX_CALLBACK_URLS

MAX_SHOWN_CHARS = 120
"""Of host, port and path together."""
MAX_TARGETS = 20
"""URLs looked at; OSS takes 5."""

_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LOCAL_NAMES = pattern(r"(?:\A|\.)(?:localhost|local|internal|lan|home|intranet|corp|localdomain)\.?\Z", re.IGNORECASE)
_PRIVATE = tuple(
    (ipaddress.ip_network(network), words)
    for network, words in (
        ("10.0.0.0/8", "a private address (RFC 1918)"),
        ("172.16.0.0/12", "a private address (RFC 1918)"),
        ("192.168.0.0/16", "a private address (RFC 1918)"),
        ("127.0.0.0/8", "a loopback address: OSS would call itself"),
        ("169.254.0.0/16", "a link-local address"),
        ("100.64.0.0/10", "an address of a provider's inner network (RFC 6598)"),
        ("0.0.0.0/8", "no address that can be called"),
    )
)


@lru_cache(maxsize=64)
def split_urls(value: str) -> tuple[tuple[CallbackTarget, ...], tuple[str, ...]]:
    """Take callbackUrl apart.

    Args:
        value: One URL or several with semicolons between, tried in turn until one succeeds. Clients send the same one
            with every upload, so the last few are remembered.

    Returns:
        The URLs, first 20, and what speaks against the whole or one of them, as clauses.
    """
    urls = [url.strip() for url in value.split(";", MAX_TARGETS)[:MAX_TARGETS] if url.strip()]
    targets = tuple(_target(url) for url in urls)
    faults = [f"{target.shown} is {target.fault}" for target in targets if target.fault]
    if not urls:
        faults.append("callbackUrl is empty")
    if len(urls) > MAX_CALLBACK_URLS:
        faults.append(f"callbackUrl names more than {MAX_CALLBACK_URLS} URLs")
    if not value.isascii():
        faults.append("callbackUrl holds characters that are not percent-encoded")
    return targets, tuple(faults)


def address_fault(host: str) -> str:
    """Return why nobody outside can reach a host, as the end of `is ...`; empty if nothing speaks against it."""
    if ":" in host:
        return "an IPv6 address, which OSS does not call"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _LOCAL_NAMES.search(host):
            return "a name that only machines of your own network know"
        return "" if "." in host else "a name without a dot, which public DNS does not know"
    return next((words for network, words in _PRIVATE if address in network), "")


def _target(url: str) -> CallbackTarget:
    scheme = _SCHEME.match(url)
    name = scheme[1].lower() if scheme else "http"
    rest = url[scheme.end() :] if scheme else url.removeprefix("//")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = re.split(r"[?#]", rest[len(authority) :], maxsplit=1)[0]
    host_port = authority.rpartition("@")[2]
    host, port_text = _split_port(host_port)
    is_https = name == "https"
    port = int(port_text) if port_text.isascii() and port_text.isdigit() and len(port_text) <= 5 else 0
    fault = address_fault(host) if host else "a URL without a host"
    if name not in {"http", "https"}:
        fault = f"a URL with the scheme {name}, and OSS calls http and https only"
    elif port_text and not 0 < port < 65536:
        fault = "a URL whose port is no number from 1 to 65535"
    shown = host_port + path
    if len(shown) > MAX_SHOWN_CHARS:
        shown = shown[:MAX_SHOWN_CHARS] + "..."
    return CallbackTarget(shown, host.lower(), port or (443 if is_https else 80), is_https, fault)


def _split_port(authority: str) -> tuple[str, str]:
    """Return host, without brackets, and port text."""
    if authority.startswith("["):
        host, _, rest = authority[1:].partition("]")
        return host, rest.removeprefix(":")
    host, _, port = authority.partition(":")
    if ":" in port:  # an IPv6 address without its brackets
        return authority, ""
    return host, port
