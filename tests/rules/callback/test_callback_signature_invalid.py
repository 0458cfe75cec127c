from io import BytesIO

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.finding import Severity
from osspcap.oss.signing.callback_rsa import CallbackKey
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import app_leg, called, encoded
from tests.build.signed import raw_request, vector

CODE = "CBK010"
VECTOR = vector("callback-official-doc")


def documented(target: str = str(VECTOR["url"]), body: str = str(VECTOR["body"])) -> bytes:
    headers = {"Host": "app.example.com", "Content-Length": str(len(body))} | dict(VECTOR["headers"])
    return raw_request("POST", target, headers, body.encode())


@pytest.mark.parametrize("sent", [documented("/other.php?id=1&index=2"), documented(body=str(VECTOR["body"]) + "&a=1")])
def test_a_request_that_was_changed_after_oss_signed_it_is_a_warning(sent: bytes) -> None:
    finding = only_finding(app_leg(sent=sent), CODE)
    assert finding.severity is Severity.WARNING
    assert "path, query or body are not those that were signed" in finding.summary
    assert "reverse proxies" in finding.fix[1]


@pytest.mark.parametrize("url", ["http://evil.example.com/key.pem", "http://gosspublic.alicdn.com.evil.example.com/k"])
def test_a_key_from_elsewhere_is_a_warning(url: str) -> None:
    finding = only_finding(app_leg(sent=called(x_oss_pub_key_url=encoded(url))), CODE)
    assert "the key URL is not one of OSS" in finding.summary
    assert (4, "request header x-oss-pub-key-url", url) in evidence_of(finding)


def test_a_signature_that_is_not_base64_is_a_warning() -> None:
    assert "not base64" in only_finding(app_leg(sent=called(Authorization="no base64!")), CODE).summary


def test_a_true_callback_is_silent() -> None:
    report = analyze_capture(app_leg(sent=documented()), CODE)
    assert (report.findings, report.undecided) == ((), ())


def test_undecided_if_another_key_made_it() -> None:
    report = analyze_capture(app_leg(sent=called()), CODE)
    assert not report.findings
    assert "--callback-key" in report.undecided[0].reason


def test_undecided_without_a_signature() -> None:
    report = analyze_capture(app_leg(sent=called(Authorization="")), CODE)
    assert not report.findings
    assert "no authorization" in report.undecided[0].reason


def test_the_users_key_decides() -> None:
    key = CallbackKey((1 << 1023) + 1, 65537)
    report = analyze("-", Options(select=(CODE,), callback_key=key), stdin=BytesIO(app_leg(sent=called()).pcap()))
    (finding,) = report.findings
    assert "not made with the key given" in finding.summary
