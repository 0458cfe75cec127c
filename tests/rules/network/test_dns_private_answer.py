import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.datagrams import resolve
from tests.build.troubles import healthy, unanswered
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def test_message_and_evidence_in_full() -> None:
    capture = Capture()
    resolve(capture, HOST, "10.1.2.3")
    unanswered(capture=capture, server="10.1.2.3")
    finding = only_finding(capture, "NET004")
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        f"{HOST} resolves to 10.1.2.3 (10.0.0.0/8, private), says 192.0.2.53; connection 0 goes there"
    )
    assert evidence_of(finding) == [(2, f"DNS answer for {HOST}", "A 10.1.2.3 (10.0.0.0/8, private)")]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "192.168.7.7", "100.100.1.1", "198.18.0.9"])  # noqa: S104
def test_all_kinds_of_addresses_off_the_internet_are_told(address: str) -> None:
    capture = Capture()
    resolve(capture, HOST, address)
    assert address in only_finding(capture, "NET004").summary


def test_a_private_connection_that_works_is_an_info() -> None:
    capture = Capture()
    resolve(capture, HOST, "10.1.2.3")
    healthy(capture, server="10.1.2.3")
    finding = only_finding(capture, "NET004")
    assert finding.severity is Severity.INFO
    assert "a private connection" in finding.summary


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (HOST, "203.0.113.10"),
        ("rokid.oss-cn-hangzhou-internal.aliyuncs.com", "100.118.1.1"),
        ("www.example.com", "10.1.2.3"),
    ],
)
def test_public_answers_internal_endpoints_and_other_names_are_silent(name: str, address: str) -> None:
    capture = Capture()
    resolve(capture, name, address)
    assert not analyze_capture(capture, "NET004").findings
