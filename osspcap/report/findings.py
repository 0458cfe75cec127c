"""Findings on their way into a report: masked, and as plain data. Shared by the reports on one and on two captures."""

from dataclasses import replace
from typing import Any

from osspcap.model.finding import Evidence, Finding
from osspcap.report.masking import Masking, Secrets


def mask_finding(masking: Masking, finding: Finding, gathered: Secrets) -> tuple[Finding, Secrets]:
    """Return a finding without secrets, and those that its texts held.

    Args:
        masking: What masks.
        finding: As the rule made it.
        gathered: Secrets of the exchanges it is about; they are also taken out by value.
    """
    texts = [finding.summary, finding.explanation, finding.cause, *finding.fix]
    texts += [text for item in finding.evidence for text in (item.observed, item.expected)]
    secrets = gathered.within("\n".join(texts))
    mask = masking.text
    masked = replace(
        finding,
        summary=mask(finding.summary, secrets),
        explanation=mask(finding.explanation, secrets),
        cause=mask(finding.cause, secrets),
        fix=tuple(mask(step, secrets) for step in finding.fix),
        evidence=tuple(_mask_evidence(masking, item, secrets) for item in finding.evidence),
    )
    return masked, secrets


def _mask_evidence(masking: Masking, item: Evidence, secrets: Secrets) -> Evidence:
    return replace(
        item,
        field=masking.text(item.field, secrets),
        observed=masking.fact(item.field, item.observed, secrets),
        expected=masking.fact(item.field, item.expected, secrets),
    )


def key_evidence(finding: Finding) -> Evidence:
    """Return the piece of evidence that says most: one that has a counterpart on one line, else any with one."""
    facts = finding.evidence
    short = (item for item in facts if item.expected and "\n" not in item.observed + item.expected)
    return next(short, None) or next((item for item in facts if item.expected), facts[0])


def judgement_facts(finding: Finding) -> dict[str, Any]:
    """Return what both JSON reports say of a finding first: rule, severity, words and sources."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "category": finding.category,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "summary": finding.summary,
        "explanation": finding.explanation,
        "fix": list(finding.fix),
        "sources": list(finding.sources),
        "occurrences": finding.occurrences,
    }
