import pytest

from osspcap.bundle.regions import MAX_TEXT_BYTES, Region, SideRegions, regions_of
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.tls import converse
from tests.build.wire import Capture


def refusal(status: int, code: str, **elements: str) -> bytes:
    return response(status, "No", body=oss_error(code, "Refused.", **elements), Content_Type="application/xml")


def sides(capture: Capture, *, include_bodies: bool = False) -> tuple[SideRegions, SideRegions]:
    dissection = dissected(capture)
    return regions_of(dissection.connections[0], dissection.exchanges, include_bodies=include_bodies)


def kept(side: SideRegions) -> list[tuple[bool, bool]]:
    return [(region.is_head, region.is_form) for region in side.regions]


def test_heads_and_errors_are_kept_and_object_data_is_not() -> None:
    put = request("PUT", body=b"data")
    client, server = sides(exchange_capture((put, refusal(403, "AccessDenied")), (request(), response(body=b"data"))))
    assert kept(client) == [(True, False), (True, False)]
    assert client.regions[1].start == len(put)
    assert kept(server) == [(True, False), (False, False), (True, False)]


def test_bodies_of_operations_that_store_nothing_are_kept() -> None:
    complete = request("POST", "/key?uploadId=1", body=b"<CompleteMultipartUpload/>")
    client, _ = sides(exchange_capture((complete, response())))
    assert kept(client) == [(True, False), (False, False)]


def test_object_data_is_kept_if_asked_for() -> None:
    client, _ = sides(exchange_capture((request("PUT", body=b"data"), response())), include_bodies=True)
    assert kept(client) == [(True, False), (False, False)]


def test_forms_are_kept_up_to_a_limit() -> None:
    form = request(
        "POST", "/", body=b"--b\r\n" + b"x" * (MAX_TEXT_BYTES + 10), Content_Type="multipart/form-data; boundary=b"
    )
    client, _ = sides(exchange_capture((form, response(204, "No Content"))))
    head, body = client.regions
    assert (head.is_form, body.is_form, body.stop - body.start) == (False, True, MAX_TEXT_BYTES)


def test_what_tls_carries_is_kept_as_it_is() -> None:
    client, server = sides(converse(say=[(0, b"GET / HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\n\r\n")]).capture())
    assert (client.sealed_from, server.sealed_from) == (4, 4)
    assert (client.regions, server.regions) == ([], [])


@pytest.mark.parametrize(
    ("start", "stop", "found"),
    [
        (0, 10, []),
        (0, 15, [(10, 15, 0)]),
        (15, 45, [(15, 20, 0), (30, 40, 1)]),
        (20, 30, []),
        (-5, 100, [(10, 20, 0), (30, 40, 1)]),
        (50, 60, []),
    ],
)
def test_parts_of_a_range_are_found(start: int, stop: int, found: list[tuple[int, int, int]]) -> None:
    regions = [Region(10, 20, 0, is_head=True), Region(30, 40, 0, is_head=False)]
    assert SideRegions(regions, None).within(start, stop) == found
