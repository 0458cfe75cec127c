import pytest

from osspcap.model.attempts import Subject
from osspcap.network.dns import read_lookups
from osspcap.network.subjects import Subjects, first_of, may_be_oss, names_oss
from tests.build.datagrams import resolve
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.troubles import healthy
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def subjects_of(capture: Capture) -> Subjects:
    dissection = dissected(capture)
    return Subjects(dissection.exchanges, dissection.connections, read_lookups(dissection.capture.datagrams))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (HOST, True),
        ("sts.cn-hangzhou.aliyuncs.com", True),
        ("www.example.com", False),
        ("log.aliyuncs.com", False),
        ("", False),
    ],
)
def test_endpoints_are_told_by_name(*, name: str, expected: bool) -> None:
    assert names_oss(name) is expected


def test_beside_oss_traffic_other_names_are_other() -> None:
    subjects = subjects_of(healthy())
    assert subjects.of_name(HOST) is Subject.OSS
    assert subjects.of_name("www.example.com") is Subject.OTHER
    assert subjects_of(Capture()).of_name("img.example.com") is Subject.UNKNOWN
    assert subjects_of(Capture()).of_name("wpad") is Subject.OTHER


def test_addresses_are_what_is_spoken_there() -> None:
    capture = healthy()
    tcp = capture.tcp(cport=55_000, server="203.0.113.50")
    tcp.handshake()
    tcp.client(request(host="shop.example.com"))
    tcp.server(response(request_id=None, server="nginx"))
    subjects = subjects_of(capture)
    assert subjects.of_address("203.0.113.10", 80, "") is Subject.OSS
    assert subjects.of_address("203.0.113.50", 80, "") is Subject.OTHER
    assert subjects.of_address("203.0.113.99", 443, "") is Subject.UNKNOWN
    assert subjects.of_address("203.0.113.99", 6379, "") is Subject.OTHER
    assert subjects.of_address("203.0.113.99", 6379, HOST) is Subject.OSS
    assert subjects.answering_hosts == {"203.0.113.10"}


def test_the_last_lookup_before_a_connection_names_its_address() -> None:
    capture = Capture()
    resolve(capture, "a.example", "203.0.113.1", number=1)
    resolve(capture, "b.example", "203.0.113.1", number=2)
    subjects = subjects_of(capture)
    now_ns = capture.now_ns
    found = subjects.lookup_of("192.0.2.10", "203.0.113.1", now_ns)
    assert found is not None
    assert found.name == "b.example"
    assert subjects.lookup_of("192.0.2.10", "203.0.113.2", now_ns) is None
    assert subjects.lookup_of("192.0.2.10", "203.0.113.1", 0) is None
    assert subjects.addresses_of("a.example") == {"203.0.113.1"}
    assert first_of(read_lookups(dissected(capture).capture.datagrams)).name == "a.example"


def test_a_connection_may_be_oss_as_long_as_nothing_says_otherwise() -> None:
    capture = Capture()
    for number, port in enumerate((80, 443, 30_303, 80)):
        tcp = capture.tcp(cport=50_000 + number, sport=port)
        tcp.handshake()
        if number == 3:
            tcp.client(request(host="www.example.com"))
            tcp.server(response(request_id=None, server="nginx"))
    dissection = dissected(capture)
    dissection.connections[1].sni = "www.example.com"
    with_exchanges = {exchange.stream for exchange in dissection.exchanges}
    found = [may_be_oss(connection, with_exchanges) for connection in dissection.connections]
    assert found == [True, False, False, False]
