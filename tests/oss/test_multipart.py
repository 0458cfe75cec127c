import pytest

from osspcap.model.multipart import MultipartUpload, MultipartUploads
from osspcap.oss import multipart
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.uploads import (
    KEY,
    UPLOAD,
    Pair,
    abort,
    complete,
    copied_part,
    etag_of,
    healthy_upload,
    initiate,
    list_parts,
    part,
    refusal,
)
from tests.build.wire import Capture


def uploads_in(*pairs: Pair) -> tuple[MultipartUpload, ...]:
    found = dissected(exchange_capture(*pairs)).facts.get(MultipartUploads)
    return () if found is None else found.uploads


def test_an_upload_is_followed_from_its_start_to_its_end() -> None:
    (upload,) = uploads_in(*healthy_upload(b"one", b"two", b"three"))
    assert (upload.upload_id, upload.initiation, upload.first, upload.last) == (UPLOAD, 0, 0, 4)
    assert {number: [tuple(item) for item in tries] for number, tries in upload.parts.items()} == {
        1: [(1, 3)],
        2: [(2, 3)],
        3: [(3, 5)],
    }
    (completion,) = upload.completions
    assert (completion.exchange, completion.entry_count, completion.is_whole) == (4, 3, True)
    assert not upload.aborts
    assert not upload.gone


def test_uploads_are_told_apart_by_their_id_and_not_by_their_key() -> None:
    first, second = uploads_in(initiate("A"), initiate("B"), part(1, upload_id="B"), part(1, upload_id="A"))
    assert [(item.upload_id, item.parts[1][0].exchange) for item in (first, second)] == [("A", 3), ("B", 2)]


def test_tries_copies_lists_aborts_and_refusals_are_noted() -> None:
    (upload,) = uploads_in(
        part(1, answer=response(500, "Internal Server Error")),
        part(1),
        copied_part(2, "A", first=100, last=299),
        list_parts((1, b"part")),
        abort(),
        part(3, answer=refusal("NoSuchUpload")),
    )
    assert upload.initiation is None
    assert [item.exchange for item in upload.parts[1]] == [0, 1]
    assert upload.parts[2][0].size == 200
    assert upload.listed[1].etag == etag_of(b"part")
    assert (upload.aborts, upload.gone) == ((4,), (5,))


@pytest.mark.parametrize("number", ["0", "10001", "-1", "one", "1.5", "", "99999999999999999999"])
def test_numbers_out_of_range_are_kept_apart(number: str) -> None:
    (upload,) = uploads_in(part(number))
    assert (dict(upload.parts), upload.misnumbered) == ({}, (0,))


def test_the_inner_leg_of_a_proxy_is_no_second_try() -> None:
    capture = Capture()
    sent, answered = part(1)
    outer, inner = capture.tcp(), capture.tcp(client="203.0.113.10", cport=4000, server="198.51.100.1")
    outer.handshake()
    inner.handshake()
    outer.client(sent)
    inner.client(sent)
    inner.server(answered)
    outer.server(answered)
    found = dissected(capture).facts.get(MultipartUploads)
    assert found is not None
    assert [item.exchange for item in found.uploads[0].parts[1]] == [0]


def test_other_traffic_costs_no_fact() -> None:
    assert uploads_in((request(), response()), (request("POST", f"{KEY}?uploads"), response())) == ()
    denied = response(403, "Forbidden", body=oss_error("AccessDenied", "no"))
    assert uploads_in((request("POST", f"{KEY}?uploads"), denied)) == ()


def test_floods_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "MAX_UPLOADS", 2)
    monkeypatch.setattr(multipart, "MAX_TRIES", 3)
    monkeypatch.setattr(multipart, "MAX_LISTS", 1)
    found = uploads_in(*(part(number, upload_id=str(number)) for number in range(1, 5)), complete(), complete())
    assert [item.upload_id for item in found] == ["1", "2"]
    (upload,) = uploads_in(*(part(number) for number in range(1, 6)), complete((1, "A")), complete((1, "A")))
    assert sorted(upload.parts) == [1, 2, 3]
    assert [item.entry_count for item in upload.completions] == [1, 0]
