"""A rule as plain values, for machines."""

from typing import Any

from osspcap.rules.base import Rule


def rule_facts(rule: Rule) -> dict[str, Any]:
    """Return what is known of a rule, ready for JSON."""
    return {
        "code": rule.code,
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity.value,
        "since": rule.since,
        "summary": rule.headline,
        "documentation": dict(rule.sections),
        "fix": list(rule.fix),
        "sources": list(rule.sources),
        "supersedes": list(rule.supersedes),
    }
