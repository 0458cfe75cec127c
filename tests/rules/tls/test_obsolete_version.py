from ssl import TLSVersion

import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import evidence_of
from tests.build.certificates import HOST
from tests.build.tls import analyzed, converse, finding_of

V10, V11, V12, V13 = TLSVersion.TLSv1, TLSVersion.TLSv1_1, TLSVersion.TLSv1_2, TLSVersion.TLSv1_3


@pytest.mark.parametrize(("version", "name"), [(V10, "TLS 1.0"), (V11, "TLS 1.1")])
def test_old_versions_are_warned_of(version: TLSVersion, name: str) -> None:
    found = finding_of(converse(minimum=version, maximum=version, ciphers="ALL", say=[(0, b"x")]), "TLS009")
    assert found.severity is Severity.WARNING
    assert found.summary == f"the connection with {HOST} uses {name}"
    assert evidence_of(found) == [
        (6, "TLS ServerHello, version", name),
        (4, "TLS ClientHello, server name", HOST),
        (4, "TLS ClientHello, versions", name),
    ]


@pytest.mark.parametrize("version", [V12, V13])
def test_versions_of_today_are_silent(version: TLSVersion) -> None:
    assert not analyzed(converse(maximum=version, say=[(0, b"x")]), "TLS009").findings


def test_a_client_that_only_offers_old_versions_too_is_silent() -> None:
    client_offers_all = converse(minimum=V10, maximum=V12, ciphers="ALL", say=[(0, b"x")])
    assert not analyzed(client_offers_all, "TLS009").findings


def test_other_servers_are_not_judged() -> None:
    conversation = converse(minimum=V10, maximum=V10, ciphers="ALL", host="www.example.org", say=[(0, b"x")])
    assert not analyzed(conversation, "TLS009").findings
