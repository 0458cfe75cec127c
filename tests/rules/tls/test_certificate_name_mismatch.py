from ssl import TLSVersion

from osspcap.model.finding import Severity
from tests.build.certificates import HOST, certificate_file
from tests.build.tls import analyzed, client_context, converse, finding_of, server_context

NAMES = ("shop.example.com", "*.example.com")


def test_a_client_that_goes_on_is_warned_of() -> None:
    conversation = converse(server=server_context(names=NAMES), maximum=TLSVersion.TLSv1_2, say=[(0, b"x"), (1, b"y")])
    found = finding_of(conversation, "TLS003")
    assert found.severity is Severity.WARNING
    assert found.summary == (
        f"the server that was asked for {HOST} shows a certificate for shop.example.com, *.example.com; "
        "the client went on all the same"
    )
    assert found.evidence[0].expected == f"a name that covers {HOST}"


def test_a_client_that_refuses_makes_it_an_error_and_it_is_told_once() -> None:
    own = ("shop.example.com",)
    client = client_context(trusted=certificate_file(own, issuer=own[0]))
    conversation = converse(client=client, server=server_context(names=own, issuer=own[0]), maximum=TLSVersion.TLSv1_2)
    report = analyzed(conversation, "TLS")
    assert [(item.rule, item.severity) for item in report.findings] == [("TLS003", Severity.ERROR)]
    assert any(item.field == "TLS alert of the client" for item in report.findings[0].evidence)


def test_in_tls_1_3_it_shows_with_keys_only() -> None:
    conversation = converse(server=server_context(names=NAMES), say=[(0, b"x"), (1, b"y")])
    assert not analyzed(conversation, "TLS003").findings
    assert finding_of(conversation, "TLS003", conversation.keylog).severity is Severity.WARNING


def test_a_wildcard_that_covers_the_name_is_silent() -> None:
    server = server_context(names=("*.oss-cn-hangzhou.aliyuncs.com",))
    assert not analyzed(converse(server=server, maximum=TLSVersion.TLSv1_2), "TLS003").findings


def test_other_servers_are_not_judged() -> None:
    conversation = converse(server=server_context(names=NAMES), host="www.example.org", maximum=TLSVersion.TLSv1_2)
    assert not analyzed(conversation, "TLS003").findings
