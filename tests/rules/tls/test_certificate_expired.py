from ssl import TLSVersion

from osspcap.model.finding import Severity
from tests.build.certificates import HOST, certificate_file
from tests.build.tls import Conversation, analyzed, client_context, converse, finding_of, server_context
from tests.build.wire import Capture

V12 = TLSVersion.TLSv1_2


def expired(**kwargs: object) -> Conversation:
    """A certificate of ten days, shown 28 days after it was made."""
    return converse(server=server_context(days=10, issuer=HOST), maximum=V12, **kwargs)  # type: ignore[arg-type]


def test_a_client_that_goes_on_is_warned_of() -> None:
    found = finding_of(expired(say=[(0, b"x"), (1, b"y")]), "TLS004")
    assert found.severity is Severity.WARNING
    assert found.summary == (
        f"the certificate of {HOST} expired on 2018-12-11, and it was captured on 2018-12-29; "
        "the client went on all the same"
    )
    assert found.evidence[0].observed == "2018-12-11T00:00:00.000000Z"


def test_a_client_that_refuses_makes_it_an_error_and_it_is_told_once() -> None:
    client = client_context(trusted=certificate_file(issuer=HOST, days=10))
    report = analyzed(expired(client=client), "TLS")
    assert [(item.rule, item.severity) for item in report.findings] == [("TLS004", Severity.ERROR)]


def test_a_certificate_that_is_not_valid_yet_is_told() -> None:
    capture = Capture(now_ns=1_500_000_000_000_000_000)
    conversation = converse(maximum=V12, say=[(0, b"x")])
    assert "is valid from 2018-12-01 on, and it was captured on 2017-07-14" in (
        finding_of(conversation.capture(capture), "TLS004").summary
    )


def test_a_capture_with_an_unset_clock_is_undecided() -> None:
    report = analyzed(converse(maximum=V12, say=[(0, b"x")]).capture(Capture(now_ns=1_000_000_000)), "TLS004")
    assert (len(report.findings), len(report.undecided)) == (0, 1)


def test_a_valid_certificate_is_silent() -> None:
    assert not analyzed(converse(maximum=V12, say=[(0, b"x")]), "TLS004").findings


def test_other_servers_are_worth_knowing_only() -> None:
    conversation = converse(server=server_context(days=10), host="www.example.org", maximum=V12, say=[(0, b"x")])
    assert finding_of(conversation, "TLS004").severity is Severity.INFO
