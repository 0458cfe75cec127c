from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "END007"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "InvalidObjectName",
            "The specified object is not valid.",
            status=400,
            method="PUT",
            target="//a.txt",
            body=b"x",
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "begins with /" in text
    assert "endpoint" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "InvalidObjectName",
            "The specified object is not valid.",
            status=400,
            method="PUT",
            target="//a.txt",
            body=b"x",
        )
    ) == ["object-name-invalid"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        ),
        CODE,
    ).findings


def test_length_and_encoding_are_named() -> None:
    for target, fault in (("/" + "a" * 1100, "1100 bytes"), ("/%ff%fe", "no UTF-8"), ("/fine", "does not take")):
        assert fault in only_finding(denied("InvalidObjectName", "x", status=400, target=target), CODE).summary
