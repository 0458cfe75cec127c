from io import BytesIO

from osspcap.analysis import analyze
from osspcap.model.finding import Severity
from tests.build.analyze import evidence_of
from tests.build.certificates import HOST
from tests.build.containers import pcapng_with_secrets
from tests.build.tls import analyzed, converse, finding_of
from tests.build.wire import Capture

SAY = [(0, b"GET / HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\n\r\n")]


def test_message_and_evidence_in_full() -> None:
    found = finding_of(converse(say=SAY), "TLS010", converse().keylog)
    assert found.severity is Severity.WARNING
    assert found.summary == (
        "the key log has secrets of 1 session and opens none of the capture: 1 TLS connection stays closed"
    )
    assert evidence_of(found) == [(4, "TLS ClientHello, server name", HOST)]
    assert found.evidence[0].expected == "a line with its client random in the key log"


def test_secrets_that_fit_no_record_are_told() -> None:
    conversation = converse(say=SAY)
    wrong = b"\n".join(line[:-8] + b"00000000" for line in conversation.keylog.splitlines() if line[:1] != b"#")
    assert (
        "1 connection it has, but with secrets that fit no record" in finding_of(conversation, "TLS010", wrong).summary
    )


def test_a_key_log_that_opens_one_of_several_is_silent() -> None:
    capture, first = Capture(), converse(say=SAY)
    first.capture(capture)
    converse(say=SAY).capture(capture, cport=50_001)
    assert not analyzed(capture, "TLS010", first.keylog).findings


def test_no_key_log_and_no_tls_are_silent() -> None:
    assert not analyzed(converse(say=SAY), "TLS010").findings
    assert not analyzed(Capture(), "TLS010", converse().keylog).findings


def test_a_key_log_of_the_user_counts_for_any_server() -> None:
    found = finding_of(converse(say=SAY, host="img.example.com"), "TLS010", converse().keylog)
    assert found.evidence[0].observed == "img.example.com"


def test_a_key_log_inside_the_file_counts_for_oss_only() -> None:
    for host, rules in ((HOST, ["TLS010"]), ("www.example.org", [])):
        content = pcapng_with_secrets(converse(say=SAY, host=host).capture(), converse().keylog)
        report = analyze("-", stdin=BytesIO(content))
        assert [item.rule for item in report.findings if item.rule == "TLS010"] == rules
