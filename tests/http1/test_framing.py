import pytest

from osspcap.http1.framing import request_length, response_length
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Framing

CL, TE = b"content-length", b"transfer-encoding"
Fields = list[tuple[bytes, bytes]]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 100), ("HEAD", 404)])
def test_clause_1_answers_without_body_ignore_their_fields(method: str, status: int) -> None:
    assert response_length([(CL, b"5"), (TE, b"chunked")], "HTTP/1.1", status, method)[:2] == (Framing.NONE, 0)


def test_clause_2_a_tunnel_has_no_body_but_a_refused_one_has() -> None:
    assert response_length([(CL, b"5")], "HTTP/1.1", 200, "CONNECT")[:2] == (Framing.NONE, 0)
    assert response_length([(CL, b"5")], "HTTP/1.1", 407, "CONNECT")[:2] == (Framing.CONTENT_LENGTH, 5)


def test_clause_3_transfer_encoding_overrides_content_length() -> None:
    length = request_length([(CL, b"5"), (TE, b" chunked")], "HTTP/1.1")
    assert length[:2] == (Framing.CHUNKED, None)
    assert [name for name, _ in length.oddities] == [AnomalyName.CONTENT_LENGTH_AND_CHUNKED]


@pytest.mark.parametrize(
    ("value", "framing", "oddities"),
    [
        (b"chunked", Framing.CHUNKED, []),
        (b"gzip, chunked", Framing.CHUNKED, [AnomalyName.TRANSFER_ENCODING_UNKNOWN]),
        (b"chunked, gzip", Framing.UNTIL_CLOSE, [AnomalyName.TRANSFER_ENCODING_UNKNOWN]),
        (b"chunked, chunked", Framing.CHUNKED, [AnomalyName.TRANSFER_ENCODING_UNKNOWN]),
        (b"xchunked", Framing.UNTIL_CLOSE, [AnomalyName.TRANSFER_ENCODING_UNKNOWN]),
        (b"identity", Framing.UNTIL_CLOSE, []),
    ],
)
def test_clause_4_chunked_must_come_last(value: bytes, framing: Framing, oddities: list[AnomalyName]) -> None:
    length = response_length([(TE, value)], "HTTP/1.1", 200, "GET")
    assert length[:2] == (framing, None)
    assert [name for name, _ in length.oddities] == oddities


def test_transfer_encoding_in_http_1_0_is_suspect() -> None:
    length = response_length([(TE, b"chunked")], "HTTP/1.0", 200, "GET")
    assert [name for name, _ in length.oddities] == [AnomalyName.TRANSFER_ENCODING_IN_HTTP10]


@pytest.mark.parametrize("fields", [[(CL, b"5, 5")], [(CL, b"5"), (CL, b" 5 ")], [(CL, b"5, 05")]])
def test_clause_5_a_repeated_value_counts_once(fields: Fields) -> None:
    assert request_length(fields, "HTTP/1.1") == (Framing.CONTENT_LENGTH, 5, ())


@pytest.mark.parametrize("value", [b"-5", b"+5", b"5x", b"", b"0x5", b"9" * 5000, b"1e3", b"5,", b"\xb2"])
def test_clause_5_invalid_lengths(value: bytes) -> None:
    request = request_length([(CL, value)], "HTTP/1.1")
    response = response_length([(CL, value)], "HTTP/1.1", 200, "GET")
    assert request[:2] == (Framing.NONE, 0)
    assert response[:2] == (Framing.UNTIL_CLOSE, None)
    assert [name for name, _ in request.oddities] == [AnomalyName.CONTENT_LENGTH_INVALID]
    assert [name for name, _ in response.oddities] == [AnomalyName.CONTENT_LENGTH_INVALID]


def test_clause_5_lengths_that_differ() -> None:
    length = response_length([(CL, b"5"), (CL, b"6")], "HTTP/1.1", 200, "GET")
    assert length == (Framing.UNTIL_CLOSE, None, ((AnomalyName.CONTENT_LENGTHS_DIFFER, "5, 6"),))


def test_clause_6_content_length() -> None:
    assert request_length([(CL, b" 12 ")], "HTTP/1.1") == (Framing.CONTENT_LENGTH, 12, ())
    assert response_length([(CL, b"0")], "HTTP/1.0", 200, "GET") == (Framing.CONTENT_LENGTH, 0, ())


def test_clauses_7_and_8_without_fields_a_request_is_empty_and_a_response_lasts_until_the_close() -> None:
    assert request_length([], "HTTP/1.1") == (Framing.NONE, 0, ())
    assert response_length([], "HTTP/1.1", 200, "GET") == (Framing.UNTIL_CLOSE, None, ())
