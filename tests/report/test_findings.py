from dataclasses import replace

from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.report.findings import judgement_facts, key_evidence, mask_finding
from osspcap.report.masking import Masking, Secrets
from osspcap.units import FrameNumber

SECRET = "c2lnbmF0dXJlb2YyMGJ5dGVzIQ=="
FINDING = Finding(
    rule="SIG101",
    name="wrong-access-key-secret",
    category="signature",
    severity=Severity.ERROR,
    confidence=Confidence.LIKELY,
    summary=f"the signature {SECRET} does not fit",
    explanation="e",
    fix=(f"do not send {SECRET}",),
    sources=("s",),
    evidence=(
        Evidence(FrameNumber(4), None, None, "request header Authorization", f"OSS LTAI4FixtureKey000001:{SECRET}"),
    ),
)


def remembered() -> Secrets:
    secrets = Secrets()
    secrets.add(SECRET, "***abcd")
    return secrets


def test_secrets_are_taken_out_of_every_text_of_a_finding() -> None:
    masked, found = mask_finding(Masking(), FINDING, remembered())
    assert SECRET not in repr(masked)
    assert masked.summary == "the signature ***abcd does not fit"
    assert found.replace_in(SECRET) == "***abcd"


def test_secrets_that_a_finding_does_not_hold_are_not_returned() -> None:
    plain = replace(
        FINDING, summary="s", fix=(), evidence=(Evidence(FrameNumber(4), None, None, "status line", "403"),)
    )
    masked, found = mask_finding(Masking(), plain, remembered())
    assert masked == plain
    assert found.replace_in(SECRET) == SECRET


def test_a_finding_is_told_as_plain_data() -> None:
    assert judgement_facts(FINDING) == {
        "rule": "SIG101",
        "name": "wrong-access-key-secret",
        "category": "signature",
        "severity": "error",
        "confidence": "likely",
        "summary": FINDING.summary,
        "explanation": "e",
        "fix": list(FINDING.fix),
        "sources": ["s"],
        "occurrences": 1,
    }


def test_the_key_evidence_is_the_one_with_a_counterpart_on_one_line() -> None:
    def fact(observed: str, expected: str = "") -> Evidence:
        return Evidence(FrameNumber(4), None, None, "request line", observed, expected)

    plain, long, short = fact("403"), fact("a\nb", "c"), fact("a", "b")
    assert key_evidence(replace(FINDING, evidence=(plain, long, short))) == short
    assert key_evidence(replace(FINDING, evidence=(plain, long))) == long
    assert key_evidence(replace(FINDING, evidence=(plain, fact("404")))) == plain
