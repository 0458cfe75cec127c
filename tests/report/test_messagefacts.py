import gzip
import json
from typing import Any

import pytest

from osspcap.report.messagefacts import HIDDEN, MAX_HEX_BYTES, MAX_TEXT_CHARACTERS, exchange_facts
from osspcap.report.view import ReportView
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.reports import SECRETS, forms_of, secretive_report
from tests.build.story import AUTHORIZATION, SIGNATURE


def facts_of(sent: bytes, answered: bytes, **options: Any) -> dict[str, Any]:
    view = ReportView(analyze_capture(exchange_capture((sent, answered))), **options)
    return exchange_facts(view, view.report.exchanges[0])


def test_both_messages_are_told_with_headers_bodies_and_frames() -> None:
    facts = facts_of(
        request("PUT", "/a.txt", body=b"hello", Authorization=AUTHORIZATION),
        response(404, "Not Found", body=oss_error("NoSuchBucket", "There is none.", BucketName="rokid")),
    )
    sent, answered = facts["request"], facts["response"]
    assert (sent["line"], sent["frame"], sent["last"]) == ("PUT /a.txt HTTP/1.1", 4, 4)
    assert dict(sent["headers"])["Host"].startswith("rokid.")
    assert sent["body"] == []
    assert sent["notes"] == ["5 bytes, complete", HIDDEN]
    assert answered["line"] == "HTTP/1.1 404 Not Found"
    assert "<Code>NoSuchBucket</Code>" in answered["body"][0][1]
    told = dict(facts["facts"])
    assert (told["Error code"], told["Bucket"], told["Object"]) == ("NoSuchBucket", "rokid", "a.txt")
    assert told["Request ID"] == REQUEST_ID


def test_no_secret_stands_in_it_unless_asked_for() -> None:
    view = ReportView(secretive_report())
    text = json.dumps(exchange_facts(view, view.report.exchanges[0]))
    for secret in SECRETS.values():
        assert not any(form in text for form in forms_of(secret))
    sent = request("GET", "/a.txt", Authorization=AUTHORIZATION)
    assert SIGNATURE not in json.dumps(facts_of(sent, response()))
    assert SIGNATURE in json.dumps(facts_of(sent, response(), show_secrets=True))


def test_binary_is_hexadecimal_and_long_text_is_cut() -> None:
    facts = facts_of(request("POST", "/?delete", body=bytes(range(256)) * 3), response(404, body=b"x" * 9000))
    ((kind, dump),) = facts["request"]["body"]
    assert kind == "hex"
    assert len(dump.splitlines()) == MAX_HEX_BYTES // 16
    ((_, text),) = facts["response"]["body"]
    assert len(text) == MAX_TEXT_CHARACTERS
    assert "the beginning is shown" in facts["response"]["notes"]


def test_object_data_is_not_shown_in_either_direction() -> None:
    for name, sent, answered in (
        ("PUT", request("PUT", "/a", body=b"precious"), response()),
        ("GET", request("GET", "/a"), response(body=b"precious")),
        (
            "other",
            request("POST", "/x", host="app.example.com", body=b"precious"),
            response(body=b"precious", request_id=None, server="nginx"),
        ),
    ):
        view = ReportView(analyze_capture(exchange_capture((sent, answered))))
        text = json.dumps(exchange_facts(view, view.report.exchanges[0]))
        assert "precious" not in text, name
        assert HIDDEN in text, name
        assert (view.report.exchanges[0].operation is None) is (name == "other")


@pytest.mark.parametrize("content", [b"precious text", bytes(range(256)) + b"precious"])
def test_of_a_form_all_but_the_file_is_shown(content: bytes) -> None:
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\ndir/a.txt\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + content + b"\r\n",
        b'--b\r\nContent-Disposition: form-data; name="submit"\r\n\r\nUpload\r\n--b--\r\n',
    ]
    sent = request("POST", "/", body=b"".join(parts), Content_Type="multipart/form-data; boundary=b")
    text = json.dumps(facts_of(sent, response(400, body=oss_error("MalformedPOSTRequest", "x")))["request"])
    assert "dir/a.txt" in text
    assert 'filename=\\"a\\"' in text
    assert "Upload" in text
    assert "precious" not in text
    assert HIDDEN in text


def test_a_packed_body_is_shown_unpacked_and_says_so() -> None:
    body = gzip.compress(oss_error("AccessDenied", "No."), mtime=0)
    facts = facts_of(request("GET", "/a"), response(403, body=body, Content_Encoding="gzip"))
    assert "AccessDenied" in facts["response"]["body"][0][1]
    assert "shown with its content coding removed" in facts["response"]["notes"]


def test_a_missing_message_is_none_and_a_body_not_kept_is_said_to_be_so() -> None:
    capture = exchange_capture((request("GET", "/?uploads"), response(body=b"z" * 5000)))
    view = ReportView(analyze_capture(capture))
    assert "not kept" in " ".join(exchange_facts(view, view.report.exchanges[0])["response"]["notes"])
    del capture.packets[5:]
    view = ReportView(analyze_capture(capture))
    assert exchange_facts(view, view.report.exchanges[0])["response"] is None
