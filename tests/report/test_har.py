import json
from dataclasses import replace
from io import BytesIO
from typing import Any

from haralyzer import HarParser

from osspcap.analysis import Options, analyze
from osspcap.report.curlcommand import curl_command
from osspcap.report.har import write_reports
from osspcap.report.masking import Masking
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView
from osspcap.tls.keylog import KeyLog
from tests.build.http import BUCKET_HOST, request, response
from tests.build.http import message as raw_message
from tests.build.reports import (
    SECRETS,
    connection,
    error_document,
    exchange,
    forms_of,
    message,
    operation,
    report,
    secretive_report,
)
from tests.build.tls import converse


def archive(*views: ReportView, errors: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    made: dict[str, Any] = json.loads("".join(write_reports(iter(views), Layout(errors=errors))))
    return made


def entries(*exchanges: Any, **changes: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = archive(ReportView(report(*exchanges, **changes)))["log"]["entries"]
    return made


def test_an_independent_reader_loads_pages_and_entries() -> None:
    upload = exchange(0, message(request("PUT", "/a.txt", body=b"hello")), message(response(404), ms=5), operation())
    parser = HarParser(archive(ReportView(report(upload)), ReportView(report(path="b.pcap"))))
    assert parser.version == "1.2"
    assert [page.page_id for page in parser.pages] == ["capture-0", "capture-1"]
    (entry,) = parser.pages[0].entries
    assert (entry.request.method, entry.response.status) == ("PUT", 404)
    assert entry.request.url == "http://rokid.oss-cn-hangzhou.aliyuncs.com/a.txt"
    assert entry.request.bodySize == 5
    assert parser.pages[0].filter_entries(status_code="4.*", regex=True) == [entry]


def test_every_key_that_version_1_2_demands_is_there() -> None:
    for one in (
        exchange(0, message(request()), message(response()), operation()),
        exchange(0, message(request()), None, operation()),
        exchange(0, None, message(response()), None),
    ):
        (entry,) = entries(one)
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        both = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert both | {"method", "url", "queryString"} <= set(entry["request"])
        assert both | {"status", "statusText", "content", "redirectURL"} <= set(entry["response"])
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
        assert {"send", "wait", "receive"} <= set(entry["timings"])
        assert entry["request"]["url"].startswith("http://")


def test_the_first_exchange_of_a_connection_begins_with_the_handshake() -> None:
    first = exchange(0, message(request(), ms=3, end_ms=4), message(response(), ms=6, end_ms=9), None)
    later = replace(message(request(), ms=20), start_offset=99)
    second = exchange(1, later, message(response(), ms=21), None)
    one, two = entries(first, second)
    assert one["startedDateTime"] == "2018-12-29T07:32:34.000000Z"
    assert one["timings"] == {
        "blocked": 2.0,
        "dns": -1,
        "connect": 1.0,
        "ssl": -1,
        "send": 1.0,
        "wait": 2.0,
        "receive": 3.0,
    }
    assert one["time"] == 9.0
    assert two["timings"]["connect"] == -1
    assert two["startedDateTime"] == "2018-12-29T07:32:34.020000Z"


def test_an_early_answer_gives_no_negative_time() -> None:
    (entry,) = entries(exchange(0, message(request(), ms=3, end_ms=90), message(response(403), ms=5), None))
    assert min(value for value in entry["timings"].values() if value != -1) >= 0
    assert entry["timings"]["send"] == 2.0
    assert entry["timings"]["wait"] == 0


def test_what_an_archive_has_no_place_for_stands_beside_it() -> None:
    document = error_document("NoSuchKey", "The key does not exist.")
    body = b"<Error><Code>NoSuchKey</Code></Error>"
    refused = exchange(0, message(request()), message(response(404, body=body), frame=9), operation(error=document))
    (entry,) = entries(refused)
    extra = entry["_osspcap"]
    assert (extra["request_frame"], extra["response_frame"], extra["stream"]) == (4, 9, 0)
    assert extra["oss"]["error"]["code"] == "NoSuchKey"
    assert entry["response"]["content"]["text"] == body.decode()
    assert entry["serverIPAddress"] == "203.0.113.10"


def test_data_of_the_user_is_left_out() -> None:
    download = exchange(0, message(request(body=b"sent data")), message(response(body=b"their data")), operation())
    made = entries(download)
    assert "data" not in json.dumps(made)
    assert made[0]["response"]["content"]["comment"] == "the body is left out"


def test_urls_hold_only_what_urls_may_hold() -> None:
    odd = raw_message('GET /a"<x>\xe9?q=1&c=é HTTP/1.1', [("Host", "evil host/@x")])
    proxied = raw_message("GET http://oss.example.com/k HTTP/1.1", [("Host", "oss.example.com")])
    first, second = entries(exchange(0, message(odd), None, None), exchange(1, message(proxied), None, None))
    assert first["request"]["url"].isascii()
    assert first["request"]["url"].startswith("http://203.0.113.10:80/a%22%3Cx%3E")
    assert second["request"]["url"] == "http://oss.example.com/k"


def test_cookies_and_query_are_listed_masked() -> None:
    head = request("GET", "/k?Signature=dGhpc0lzQVNpZ25hdHVyZTEyMzQ%3D&x=", Cookie="sid=abc1234; theme=dark")
    (entry,) = entries(exchange(0, message(head), message(response(Set_Cookie="acw=secret1; path=/")), None))
    assert entry["request"]["cookies"] == [{"name": "sid", "value": "***"}, {"name": "theme", "value": "***"}]
    assert entry["response"]["cookies"] == [{"name": "acw", "value": "***"}]
    assert entry["request"]["queryString"] == [
        {"name": "Signature", "value": "***9d69"},
        {"name": "x", "value": ""},
    ]


def test_inputs_that_could_not_be_read_are_named() -> None:
    assert archive(errors=(("b.pcap", "is empty"),))["log"]["_osspcap"] == {
        "errors": [{"path": "b.pcap", "message": "is empty"}]
    }


def test_times_that_no_calendar_has_become_the_epoch() -> None:
    damaged = exchange(0, message(request(), ms=1e15), None, None)
    assert entries(damaged, connections=(connection(handshake=None),))[0]["startedDateTime"].startswith("1970-01-01T")


def test_no_secret_stands_in_it() -> None:
    text = "".join(write_reports(iter([ReportView(secretive_report())]), Layout()))
    assert [name for name, secret in SECRETS.items() for form in forms_of(secret) if form in text] == []


def test_what_was_inside_tls_has_https_urls_even_without_a_server_name() -> None:
    talk = converse(host=None, say=[(0, request("GET", "/a.txt")), (1, response())])
    found = analyze("-", Options(key_log=KeyLog([talk.keylog])), stdin=BytesIO(talk.capture().pcap()))
    assert found.connections[0].sni is None
    (entry,) = archive(ReportView(found))["log"]["entries"]
    assert entry["request"]["url"] == f"https://{BUCKET_HOST}/a.txt"
    command = curl_command(found.exchanges[0], found.connections[0], Masking())
    assert f"https://{BUCKET_HOST}/a.txt" in command.text
