"""The report in the Static Analysis Results Interchange Format 2.1.0, which code-scanning services show.

One run a capture. A finding is a result of kind `fail`; what could not be decided is one of kind `open`, which is what
the format has for it. The file is the artifact; a packet is a logical location, since it has no line. Each run holds
the documentation of the rules that it names.

Source: OASIS, SARIF Version 2.1.0, sections 3.14 (run), 3.27 (result), 3.33 (logicalLocation), 3.49 (rules).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from osspcap._version import __version__
from osspcap.errors import UsageError
from osspcap.model.finding import Evidence, Finding, Severity
from osspcap.report.jsonreport import MAX_REQUEST_IDS
from osspcap.report.jsontext import made_safe
from osspcap.report.markup import code, paragraphs, prose, step
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView, UndecidedGroup
from osspcap.rules.base import Rule
from osspcap.rules.registry import find_rule

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield the output of `-f sarif`: one log with a run a capture."""
    yield f'{{"$schema":"{SCHEMA_URI}","version":"2.1.0","runs":['
    separator = ""
    for view in views:
        yield separator + made_safe(_encode(_run(view)))
        separator = ","
    if layout.errors:
        yield separator + made_safe(_encode(_failed_run(layout)))
    yield "]}\n"


def _run(view: ReportView) -> dict[str, Any]:
    codes = sorted({finding.rule for finding in view.findings} | {group.rule for group in view.undecided})
    index = {rule: number for number, rule in enumerate(codes)}
    results = [_result(view, finding, index[finding.rule]) for finding in view.findings]
    results += [_open_result(view, group, index[group.rule]) for group in view.undecided]
    return {
        "tool": _tool([_rule(rule) for rule in codes]),
        "invocations": [{"executionSuccessful": True}],
        "artifacts": [
            {
                "location": {"uri": _uri(view.capture.path)},
                "roles": ["analysisTarget"],
                "hashes": {"sha-256": view.capture.sha256},
                "description": {"text": "Packet capture"},
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "verdict": view.verdict,
            "rulesChecked": view.report.rules_checked,
            "lacks": view.capture_lacks(),
        },
    }


def _failed_run(layout: Layout) -> dict[str, Any]:
    """Say which inputs could not be read, in a run of their own."""
    notifications = [
        {
            "level": "error",
            "message": {"text": message},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path)}}}],
        }
        for path, message in layout.errors
    ]
    return {
        "tool": _tool([]),
        "invocations": [{"executionSuccessful": False, "toolExecutionNotifications": notifications}],
        "results": [],
    }


def _tool(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"driver": {"name": "osspcap", "version": __version__, "semanticVersion": __version__, "rules": rules}}


def _rule(code_of_rule: str) -> dict[str, Any]:
    try:
        rule = find_rule(code_of_rule)
    except UsageError:
        return {"id": code_of_rule}
    headline = rule.headline if not rule.headline.startswith("#") else ""
    found = rule.sections.get("What it finds", "")
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": headline or rule.name.replace("-", " ")},
        "fullDescription": {"text": found or headline or rule.name},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "help": {"text": _help(rule, "{}"), "markdown": _help(rule, "## {}")},
        "properties": {"tags": [rule.category]},
    }


def _help(rule: Rule, heading: str) -> str:
    parts = [f"{heading.format(title)}\n\n{body}" for title, body in rule.sections.items()]
    if rule.fix:
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(rule.fix, 1))
        parts.append(f"{heading.format('What to do')}\n\n{steps}")
    parts.append(f"{heading.format('Sources')}\n\n" + "\n".join(f"- {source}" for source in rule.sources))
    return "\n\n".join(parts)


def _result(view: ReportView, finding: Finding, index: int) -> dict[str, Any]:
    text = "\n\n".join(part for part in (finding.summary, finding.explanation) if part)
    steps = "\n".join(f"{number}. {step(text)}" for number, text in enumerate(finding.fix, 1))
    markdown = "\n\n".join(part for part in (prose(finding.summary), paragraphs(finding.explanation), steps) if part)
    stated = f"{view.capture.sha256}\x00{finding.rule}\x00{finding.summary}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": text, "markdown": markdown},
        "locations": [_location(view, finding.evidence[0])],
        "relatedLocations": [
            {"id": number, **_location(view, item), "message": _told(item)}
            for number, item in enumerate(finding.evidence, 1)
        ],
        "occurrenceCount": finding.occurrences,
        "partialFingerprints": {"finding/v1": hashlib.sha256(stated.encode("utf-8", "replace")).hexdigest()},
        "properties": {
            "name": finding.name,
            "confidence": finding.confidence.value,
            "fix": list(finding.fix),
            "sources": list(finding.sources),
            "exchanges": list(finding.exchanges),
            "streams": list(finding.streams),
            "filter": finding.filter,
            "requestIds": view.request_ids(finding, MAX_REQUEST_IDS),
        },
    }


def _open_result(view: ReportView, group: UndecidedGroup, index: int) -> dict[str, Any]:
    return {
        "ruleId": group.rule,
        "ruleIndex": index,
        "kind": "open",
        "level": "none",
        "message": {"text": f"Could not be decided: {group.reason}"},
        "locations": [{"physicalLocation": _file(view)}],
        "occurrenceCount": group.count,
        "properties": {"name": group.name, "exchanges": list(group.exchanges)},
    }


def _file(view: ReportView) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(view.capture.path), "index": 0}}


def _location(view: ReportView, item: Evidence) -> dict[str, Any]:
    stream = "" if item.stream is None else f"tcp.stream eq {item.stream} && "
    logical = {
        "name": f"frame {item.frame}",
        "fullyQualifiedName": f"{stream}frame.number == {item.frame}",
        "kind": "packet",
    }
    return {"physicalLocation": _file(view), "logicalLocations": [logical]}


def _told(item: Evidence) -> dict[str, str]:
    expected = f"; expected: {item.expected}" if item.expected else ""
    told = f"; expected: {code(item.expected)}" if item.expected else ""
    return {
        "text": f"{item.field}: {item.observed or '(empty)'}{expected}",
        "markdown": f"{prose(item.field)}: {code(item.observed)}{told}",
    }


def _uri(path: str) -> str:
    """Return a reference to the file: relative as given, absolute as `file:`."""
    if path == "-":
        return "stdin"
    quoted = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{quoted}" if PurePath(path).is_absolute() else quoted
