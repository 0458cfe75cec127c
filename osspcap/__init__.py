"""Explains failed Alibaba Cloud OSS requests from a packet capture.

    from osspcap import analyze
    report = analyze("faild.pcap")

Names are loaded on first use, so that `osspcap --version` does not wait for numpy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osspcap import errors
    from osspcap._version import __version__
    from osspcap.analysis import Options, analyze
    from osspcap.model.finding import Evidence, Finding, Severity, Undecided
    from osspcap.model.report import Report
    from osspcap.rules.base import Rule

__all__ = [
    "Evidence",
    "Finding",
    "Options",
    "Report",
    "Rule",
    "Severity",
    "Undecided",
    "__version__",
    "analyze",
    "errors",
]

_HOMES = {
    "Evidence": "osspcap.model.finding",
    "Finding": "osspcap.model.finding",
    "Options": "osspcap.analysis",
    "Report": "osspcap.model.report",
    "Rule": "osspcap.rules.base",
    "Severity": "osspcap.model.finding",
    "Undecided": "osspcap.model.finding",
    "__version__": "osspcap._version",
    "analyze": "osspcap.analysis",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home module."""
    from importlib import import_module  # noqa: PLC0415 - only on first use

    if name == "errors":
        return import_module("osspcap.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'osspcap' has no attribute {name!r}")
