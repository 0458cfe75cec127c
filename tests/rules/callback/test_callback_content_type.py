import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import OK, TARGET, app_leg, reply

CODE = "CBK009"


def test_json_under_another_type_is_an_info() -> None:
    finding = only_finding(app_leg(reply(Content_Type="text/html; charset=UTF-8")), CODE)
    assert finding.severity is Severity.INFO
    assert TARGET in finding.summary
    assert evidence_of(finding) == [(6, "response header Content-Type", "text/html; charset=UTF-8")]


def test_a_missing_type_is_an_info() -> None:
    finding = only_finding(app_leg(reply(Content_Type="")), CODE)
    assert "no Content-Type" in finding.summary


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(Content_Type="Application/JSON;charset=utf-8"),
        reply(Content_Type="application/problem+json"),
        reply(b"<r/>", Content_Type="application/xml"),
        reply(b"\xef\xbb\xbf" + OK, Content_Type="text/html"),
        reply(b"", 500, "Error", Content_Type="text/html"),
    ],
)
def test_right_types_and_answers_with_other_faults_are_silent(answer: bytes) -> None:
    assert not analyze_capture(app_leg(answer), CODE).findings
