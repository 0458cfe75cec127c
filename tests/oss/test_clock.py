from collections.abc import Callable
from unittest import mock

import pytest

from osspcap.analysis import dissect
from osspcap.model.clock import Clocks, Refusal
from osspcap.oss.clock import MAX_CLIENTS, MAX_READINGS, zone_minutes
from tests.build.analyze import exchange_capture
from tests.build.clocks import basic_date, http_date, refused_capture, taken_capture, v1_request, v4_request
from tests.build.http import request, response
from tests.build.wire import Capture

S = 10**9


@pytest.fixture
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Capture], Clocks]:
    def gathered(capture: Capture) -> Clocks:
        path = capture.write(tmp_path_factory.mktemp("clock") / "x.pcap")
        found = dissect(path).facts.get(Clocks)
        assert found is not None
        return found

    return gathered


Gather = Callable[[Capture], Clocks]


@pytest.mark.parametrize("offset_s", [-59, -1, 0, 1, 59])
def test_less_than_a_minute_is_nothing(clocks: Gather, offset_s: int) -> None:
    assert clocks(taken_capture(offset_s)).clients == ()


@pytest.mark.parametrize("offset_s", [-899, -61, 61, 899])
def test_an_offset_has_the_sign_of_the_clients_clock(clocks: Gather, offset_s: int) -> None:
    (client,) = clocks(taken_capture(offset_s)).clients
    assert abs(client.offset_ns - offset_s * S) < S
    assert client.refusal is Refusal.NONE


@pytest.mark.parametrize("sign", [v1_request, v4_request])
@pytest.mark.parametrize("server_time", ["17", "", "86400000"])
def test_the_short_way_finds_what_the_long_way_does(
    clocks: Gather, sign: Callable[[int], bytes], server_time: str
) -> None:
    offsets = (-1000, -61, -60, -59, 0, 59, 60, 61, 1000)
    answers = [response(x_oss_server_time=server_time, Date=http_date(offset)) for offset in offsets]
    capture = exchange_capture(*((sign(offset), answer) for offset in offsets for answer in answers))
    short = clocks(capture)
    with mock.patch("osspcap.oss.clock._Survey.take_usual", return_value=False):
        assert clocks(capture) == short


def test_the_duration_of_an_upload_is_no_offset(clocks: Gather) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(v1_request(0, "PUT", Content_Length="10"))
    capture.wait(600)
    tcp.client(b"0123456789")
    tcp.server(response(Date=http_date(600)))
    found = clocks(capture)
    assert found.clients == ()
    assert found.capture is not None
    assert found.capture.offset_ns == 0


def test_the_error_documents_times_go_before_the_headers(clocks: Gather) -> None:
    (client,) = clocks(refused_capture(-1200)).clients
    (reading,) = client.readings
    assert reading.offset_ns == -1200 * S
    assert reading.server.value == "2018-12-29T07:32:34.000Z"
    assert reading.requested is not None
    assert reading.requested.value == "2018-12-29T07:12:34.000Z"
    assert reading.signed.field == "request header Date"


def test_readings_of_one_client_are_kept_in_part_and_counted_in_full(clocks: Gather) -> None:
    (client,) = clocks(taken_capture(*[70] * (MAX_READINGS + 5))).clients
    assert len(client.readings) == MAX_READINGS
    assert len(client.exchanges) == MAX_READINGS + 5


def test_clients_with_new_keys_in_every_request_do_not_fill_the_memory(clocks: Gather) -> None:
    requests = [
        v1_request(70, Authorization=f"OSS LTAI5tClock{number:016d}:b25lIHR3ZW50eSBieXRlIGhtYWM=")
        for number in range(MAX_CLIENTS + 30)
    ]
    found = clocks(exchange_capture(*((one, response()) for one in requests)))
    assert len(found.clients) == MAX_CLIENTS + 1
    assert sum(len(client.exchanges) for client in found.clients) == MAX_CLIENTS + 30


@pytest.mark.parametrize(
    "sent",
    [
        request(x_oss_date=http_date(-3000)),
        request(
            target=f"/key?x-oss-date={basic_date(-250_000)}&x-oss-expires=604800&x-oss-signature=00"
            "&x-oss-signature-version=OSS4-HMAC-SHA256"
            "&x-oss-credential=LTAI5tClock0000000000001%2F20181226%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
        ),
        request(target="/key?OSSAccessKeyId=LTAI5tClock0000000000001&Expires=1546068999&Signature=x%3D"),
    ],
    ids=["anonymous", "v4-url", "v1-url"],
)
def test_what_is_not_signed_when_it_is_sent_tells_nothing(clocks: Gather, sent: bytes) -> None:
    found = clocks(exchange_capture((sent, response())))
    assert found.clients == ()
    assert found.malformed == ()


def test_a_cached_answer_is_put_right_by_its_age_or_left_out(clocks: Gather) -> None:
    aged = exchange_capture((v1_request(), response(Date=http_date(-4000), Age="4000")))
    assert clocks(aged).clients == ()
    unknown = exchange_capture(
        (v1_request(), response(Date=http_date(-400), X_Cache="HIT TCP_HIT dirn:1:1")),
        (v1_request(), response()),
    )
    found = clocks(unknown)
    assert found.clients == ()
    assert found.capture is not None
    assert found.capture.compared == 1


def test_v4_dates_are_read(clocks: Gather) -> None:
    (client,) = clocks(exchange_capture((v4_request(-400), response()))).clients
    assert client.readings[0].signed.field == "request header x-oss-date"


def test_the_captures_clock_is_the_median(clocks: Gather) -> None:
    answers = [response(Date=http_date(offset)) for offset in (-300, -300, -301, 0, -5000)]
    found = clocks(exchange_capture(*((request(), answer) for answer in answers)))
    assert found.capture is not None
    assert round(found.capture.offset_ns / S) == 300
    assert (found.capture.agreeing, found.capture.compared) == (3, 5)
    assert found.capture.client_offset_ns is None


def test_answers_of_other_servers_tell_no_time(clocks: Gather) -> None:
    other = response(server="nginx", request_id=None, Date=http_date(-4000))
    found = clocks(exchange_capture((v1_request(), other), (v1_request(), response())))
    assert found.capture is not None
    assert found.capture.compared == 1
    assert found.clients == ()


@pytest.mark.parametrize(
    ("offset_s", "minutes"),
    [
        (28_800, 480),
        (28_800 - 119, 480),
        (28_800 + 119, 480),
        (28_800 + 121, None),
        (-28_800, -480),
        (19_800, 330),
        (3_600, 60),
        (1_800, None),
        (50_400, 840),
        (-43_200, -720),
        (-45_000, None),
        (52_200, None),
        (86_400, None),
        (1_200, None),
    ],
)
def test_whole_half_hours_of_the_worlds_zones_look_like_a_zone(offset_s: int, minutes: int | None) -> None:
    assert zone_minutes(offset_s * S) == minutes


def test_an_unreadable_signature_is_left_alone(clocks: Gather) -> None:
    basic = "Basic dXNlcjpwYXNz"
    found = clocks(exchange_capture((request(Authorization=basic, Date=http_date(-4000)), response())))
    assert found.clients == ()
