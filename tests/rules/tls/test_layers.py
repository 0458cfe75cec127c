from osspcap.model.finding import Severity
from osspcap.model.tls import Alert
from osspcap.rules.tls._layers import (
    certificate_alert,
    evidence_of_alert,
    is_for_oss,
    names_oss,
    server_of,
    severity_of,
    was_refused,
)
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.dissections import connection
from tests.model.test_tls import client_hello, layer


def alert(code: int, *, by_client: bool = True, in_handshake: bool = True) -> Alert:
    return Alert(by_client, True, code, "name", FrameNumber(8), Nanoseconds(8), in_handshake=in_handshake)


def test_endpoints_of_oss_and_sts_are_told_by_name() -> None:
    assert names_oss("rokid.oss-cn-hangzhou.aliyuncs.com")
    assert names_oss("sts.cn-hangzhou.aliyuncs.com")
    assert not names_oss("log.cn-hangzhou.aliyuncs.com")
    assert not names_oss("www.example.org")
    assert not names_oss(None)


def test_only_what_leads_to_oss_is_more_than_an_info() -> None:
    tls = layer()
    assert severity_of(Severity.ERROR, tls, connection(0), ()) is Severity.INFO
    tls.client_hello = client_hello()
    assert is_for_oss(tls, connection(0), ())
    assert severity_of(Severity.ERROR, tls, connection(0), ()) is Severity.ERROR


def test_a_server_is_named_as_its_client_does() -> None:
    tls = layer()
    assert server_of(tls, connection(0)) == "203.0.113.10:80"
    tls.client_hello = client_hello()
    assert server_of(tls, connection(0)) == "rokid.oss-cn-hangzhou.aliyuncs.com"


def test_only_the_clients_alerts_about_certificates_in_the_handshake_count() -> None:
    tls = layer()
    tls.alerts += [alert(40), alert(48, by_client=False), alert(48, in_handshake=False)]
    assert certificate_alert(tls) is None
    tls.alerts.append(alert(46))
    assert certificate_alert(tls) == alert(46)


def test_a_handshake_that_went_on_was_not_refused() -> None:
    tls = layer()
    assert was_refused(tls)
    tls.finished_frame = FrameNumber(9)
    assert not was_refused(tls)


def test_evidence_of_an_alert_names_its_sender() -> None:
    found = evidence_of_alert(alert(48, by_client=False), connection(3))
    assert (found.frame, found.stream, found.field) == (8, 3, "TLS alert of the server")
    assert found.observed == "name (48), fatal"
