from osspcap.model.operation import Endpoint, ErrorDocument, Network, Operation, Role
from osspcap.model.seen import Seen
from osspcap.rules.wording import counted, request_id_note, request_name, shortened
from osspcap.units import FrameNumber
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.dissections import exchange
from tests.build.http import REQUEST_ID, request, response


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(n, "packet") for n in (0, 1, 2, 12_345)] == ["0 packets", "1 packet", "2 packets", "12,345 packets"]


def test_a_long_text_keeps_its_start_and_its_end() -> None:
    text = shortened("a" * 500 + "z" * 500, 41)
    assert text == "a" * 19 + "..." + "z" * 19
    assert shortened("short", 5) == "short"


def test_a_request_is_named_by_operation_bucket_and_key() -> None:
    report = analyze_capture(exchange_capture((request("PUT", "/a%2Fb", body=b"x"), response())), "CAP")
    assert request_name(report.exchanges[0]) == "PutObject of rokid/a/b"
    assert request_id_note(report.exchanges[0]) == f" (request ID {REQUEST_ID})"


def test_a_request_to_another_service_is_named_by_method_and_host() -> None:
    other = exchange_capture((request(host="shop.example.com"), response(request_id=None, server="nginx")))
    found = analyze_capture(other, "CAP").exchanges[0]
    assert request_name(found) == "GET to shop.example.com"
    assert request_id_note(found) == ""


def test_what_is_unknown_is_left_out() -> None:
    assert request_name(exchange(0, role=None)) == "GET request"
    assert request_name(exchange(0)) == "GET request"
    assert request_id_note(exchange(0)) == ""


def test_a_service_operation_is_named_by_its_endpoint() -> None:
    found = exchange(0)
    host = "oss-cn-hangzhou.aliyuncs.com"
    endpoint = Endpoint(host, "cn-hangzhou", Network.PUBLIC, "public", host)
    operation = Operation(Role.OSS, name="GetService", endpoint=endpoint)
    named = type(found)(0, found.stream, found.request, found.response, (), (), operation)
    assert request_name(named) == f"GetService of {host}"


def test_the_request_id_of_the_error_document_serves_where_the_header_is_missing() -> None:
    found = exchange(0, 403)
    code, number = (Seen(text, FrameNumber(2), "response body", text.encode()) for text in ("AccessDenied", "5C27"))
    operation = Operation(Role.OSS, error=ErrorDocument(code, request_id=number))
    named = type(found)(0, found.stream, found.request, found.response, (), (), operation)
    assert request_id_note(named) == " (request ID 5C27)"


def test_an_answer_without_its_request_has_a_name_too() -> None:
    found = exchange(0, 200)
    assert request_name(type(found)(0, found.stream, None, found.response, (), (), Operation(Role.OSS))) == "request"
