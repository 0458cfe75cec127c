"""Compares a JSON report with the truth that is known of a capture.

A truth file (`X.json` beside `X.pcap`) comes from the server's own log: `exchanges` in order of request start (`status`
null or absent = no response on the wire); `must_find` (category, cause = a rule's name, `key_evidence`: strings that
the finding or its exchanges must show, `a|b` = one of them; `optional` = welcome, not required); `must_not_find`
(categories that would be false alarms at warning or error); the worst `severity` (none and info count alike; a `note`
that begins with `severity` widens it and then it is not compared).
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

Json = dict[str, Any]

KEY_ID = re.compile(r"(?:LTAI|STS\.|TMP\.)\w{5,}")
"""Access key IDs, which a report may shorten to their first 8 characters."""
GENERIC = "oss-error"
"""The rule that speaks where no other rule explains an error: expected where the rule of the cause does not exist."""
_RANKS = ("error", "warning", "info", "none")


def disagreements(report: Json, truth: Json, rules: Collection[str], *, is_opened: bool = False) -> list[str]:
    """Return what the report gets wrong, one sentence each; empty if it is right.

    Args:
        report: One report, made with `--show-secrets`.
        truth: The truth file.
        rules: Names of the rules there are; findings of others are not demanded.
        is_opened: The capture's key log was given.
    """
    causes = {item["cause"] for item in truth["must_find"]}
    hidden, cut = "encrypted-no-keys" in causes, "snaplen-truncated" in causes
    sealed = "keylog" in truth and not is_opened
    problems: list[str] = []
    if not sealed:
        problems += _compare_exchanges(report["exchanges"], [] if hidden else truth["exchanges"], cut=cut)
        problems += _missing_findings(report, truth["must_find"], rules)
    known = all(item["cause"] in rules for item in truth["must_find"] if not item.get("optional"))
    problems += _false_alarms(report["findings"], truth["must_not_find"], but=() if known else (GENERIC,))
    if known and not sealed and not truth.get("note", "").startswith("severity"):
        problems += _compare_severity(report["findings"], truth["severity"])
    return problems


def fact_of(exchange: Json) -> tuple[Any, ...]:
    """Method, target, status, request ID and OSS error code of a reported exchange."""
    request, response, oss = exchange["request"] or {}, exchange["response"] or {}, exchange["oss"] or {}
    error = oss.get("error") or {}
    return (
        request.get("method"),
        request.get("target"),
        response.get("status"),
        oss.get("request_id"),
        error.get("code"),
    )


def _compare_exchanges(reported: list[Json], true: list[Json], *, cut: bool) -> Iterator[str]:
    if len(reported) != len(true):
        yield f"{len(reported)} exchanges instead of {len(true)}"
    if any("bucket" not in exchange for exchange in true):  # other traffic stands behind that of OSS
        reported = sorted(reported, key=lambda exchange: exchange["oss"] is None)
        true = sorted(true, key=lambda exchange: "bucket" not in exchange)
    for ours, theirs in zip(reported, true, strict=False):
        told = fact_of(ours)
        wanted = tuple(theirs.get(name) for name in ("method", "target", "status", "request_id", "oss_code"))
        if cut:  # the snap length left the beginning of each head
            told, wanted = told[:3], (wanted[0], str(wanted[1])[: len(told[1] or "")], wanted[2])
        if told != wanted:
            yield f"exchange {ours['id']} is {told} instead of {wanted}"


def _missing_findings(report: Json, must_find: list[Json], rules: Collection[str]) -> Iterator[str]:
    for item in must_find:
        if item.get("optional") or item["cause"] not in rules:
            continue
        found = [finding for finding in report["findings"] if finding["name"] == item["cause"]]
        if not found:
            yield f"{item['category']}: {item['cause']} is not found"
            continue
        if found[0]["category"] != item["category"]:
            yield f"{item['cause']} has category {found[0]['category']} instead of {item['category']}"
        shown = "\n".join(text for finding in found for text in _shown_with(finding, report["exchanges"]))
        for evidence in item["key_evidence"]:
            if not any(_shows(shown, alternative) for alternative in evidence.split("|")):
                yield f"{item['cause']} does not show {evidence!r}"


def _shown_with(finding: Json, exchanges: list[Json]) -> Iterator[str]:
    yield from _texts(finding)
    for number in finding["exchanges"]:
        yield from _texts(exchanges[number])


def _texts(value: Any) -> Iterator[str]:
    """Every string and number in a JSON value, dict keys included."""
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case None | bool():
            pass
        case _:
            yield str(value)


def _shows(text: str, evidence: str) -> bool:
    if evidence.lower() in text.lower():
        return True
    return KEY_ID.fullmatch(evidence) is not None and evidence[:8] in text


def _false_alarms(findings: list[Json], must_not_find: list[str], but: Collection[str]) -> Iterator[str]:
    for finding in findings:
        if finding["name"] in but:
            continue
        if finding["category"] in must_not_find and finding["severity"] != "info":
            yield f"false alarm: {finding['category']} {finding['name']} ({finding['severity']})"


def _compare_severity(findings: list[Json], wanted: str) -> Iterator[str]:
    worst = min((finding["severity"] for finding in findings), key=_RANKS.index, default="none")
    ours, theirs = ("none" if name == "info" else name for name in (worst, wanted))
    if ours != theirs:
        yield f"worst severity is {worst} instead of {wanted}"
