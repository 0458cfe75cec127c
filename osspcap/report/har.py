"""The report as an HTTP Archive 1.2, which browsers' developer tools, mitmproxy and others load.

One page a capture, one entry an exchange, in the order of the capture. What an archive has no place for stands under
`_osspcap`: frames and stream of Wireshark, what the exchange means to OSS, the rules that found something, and what of
the bodies was captured. Bodies are left out, they are the user's data; the error documents of OSS are shown. An
exchange without a response has the status 0, as browsers write it.

Source: HTTP Archive format 1.2, http://www.softwareishard.com/blog/har-12-spec/.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

from osspcap._version import __version__
from osspcap.model.exchange import Exchange
from osspcap.model.stream import Connection
from osspcap.report.bodytext import as_text
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.findings import judgement_facts
from osspcap.report.jsonreport import summary_facts
from osspcap.report.jsontext import made_safe
from osspcap.report.phases import Kind, spans_of
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView
from osspcap.units import NS_PER_MS, format_time

MAX_TEXT = 65_536
"""Characters shown of an error document."""
MAX_PARAMETERS = 1_000
"""Query parameters and cookies listed of one message."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_is_host = re.compile(r"[A-Za-z0-9._~-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?").fullmatch
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._"
_EPOCH = "1970-01-01T00:00:00.000000Z"
_UNKNOWN_TIMINGS: dict[str, float] = {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1}

Pair = dict[str, str]


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield the output of `-f har`: one archive, whatever the number of captures."""
    creator = {"name": "osspcap", "version": __version__}
    pages: list[dict[str, Any]] = []
    yield f'{{"log":{{"version":"1.2","creator":{_encode(creator)},"entries":['
    separator = ""
    for number, view in enumerate(views):
        archive = _Archive(view, f"capture-{number}")
        pages.append(archive.page())
        for exchange in view.exchanges():
            yield made_safe(separator + _encode(archive.entry(exchange)))
            separator = ","
    failed = [{"path": path, "message": message} for path, message in layout.errors]
    yield f'],"pages":{made_safe(_encode(pages))}'
    if failed:
        yield f',"_osspcap":{made_safe(_encode({"errors": failed}))}'
    yield "}}\n"


class _Archive:
    """Writes the exchanges of one capture."""

    def __init__(self, view: ReportView, page_id: str) -> None:
        self._view = view
        self._page_id = page_id
        self._facts = ExchangeJson(view.masking).write
        self._rules: dict[int, list[str]] = {}
        for finding in view.findings:
            for number in finding.exchanges:
                self._rules.setdefault(number, []).append(finding.rule)

    def page(self) -> dict[str, Any]:
        """Return the capture as a page: the title is what went wrong."""
        view = self._view
        return {
            "id": self._page_id,
            "startedDateTime": _time(view.capture.first_packet_ns),
            "title": view.capture.path,
            "pageTimings": {"onContentLoad": -1, "onLoad": -1},
            "comment": view.verdict,
            "_osspcap": {
                "sha256": view.capture.sha256,
                "summary": summary_facts(view),
                "findings": [judgement_facts(finding) for finding in view.findings],
            },
        }

    def entry(self, exchange: Exchange) -> dict[str, Any]:
        """Return one exchange as an entry; what is masked in the JSON report is masked here."""
        facts = json.loads(self._facts(exchange))
        connection = self._view.report.connections[exchange.stream]
        begin_ns, timings = _timings(exchange, connection)
        request, response = facts["request"], facts["response"]
        entry: dict[str, Any] = {
            "pageref": self._page_id,
            "startedDateTime": _time(begin_ns),
            "time": round(sum(value for name, value in timings.items() if value > 0 and name != "ssl"), 3),
            "request": self._request(request, connection),
            "response": self._response(response, exchange),
            "cache": {},
            "timings": timings,
            "serverIPAddress": self._view.masking.address(connection.server).rpartition(":")[0].strip("[]"),
            "connection": str(exchange.stream),
            "_osspcap": {
                "exchange": exchange.id,
                "stream": exchange.stream,
                "request_frame": request and request["frame"],
                "response_frame": response and response["frame"],
                "request_body": request and request["body"],
                "response_body": response and response["body"],
                "server_ms": facts["timing"]["server_ms"],
                "oss": facts["oss"],
                "rules": self._rules.get(exchange.id, []),
            },
        }
        return entry

    def _request(self, facts: dict[str, Any] | None, connection: Connection) -> dict[str, Any]:
        scheme = "https" if connection.tls else "http"
        server = self._view.masking.address(connection.server)
        if facts is None:
            request = {"method": "UNKNOWN", "url": f"{scheme}://{server}/", "httpVersion": "unknown", "headers": []}
            nothing: dict[str, Any] = {"cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1}
            return request | nothing | {"comment": "the request was not captured"}
        headers = _pairs(facts["headers"])
        host = next((pair["value"] for pair in headers if pair["name"].lower() == "host"), "")
        url = _url(scheme, host if _is_host(host) else server, facts["target"])
        body = facts["body"]
        return {
            "method": facts["method"],
            "url": url,
            "httpVersion": facts["version"],
            "cookies": _cookies(headers, "cookie"),
            "headers": headers,
            "queryString": _query(facts["target"]),
            "headersSize": -1,
            "bodySize": body["captured"] if body["announced"] is None else body["announced"],
        }

    def _response(self, facts: dict[str, Any] | None, exchange: Exchange) -> dict[str, Any]:
        if facts is None:
            return {
                "status": 0,
                "statusText": "",
                "httpVersion": "unknown",
                "cookies": [],
                "headers": [],
                "content": {"size": 0, "mimeType": "x-unknown"},
                "redirectURL": "",
                "headersSize": -1,
                "bodySize": -1,
                "comment": "no response was captured",
            }
        headers = _pairs(facts["headers"])
        by_name = {pair["name"].lower(): pair["value"] for pair in headers}
        size = facts["body"]["captured"]
        content = {"size": size, "mimeType": by_name.get("content-type", "")}
        text = self._error_text(exchange)
        content |= {"text": text} if text else {"comment": "the body is left out"} if size else {}
        return {
            "status": facts["status"],
            "statusText": facts["reason"],
            "httpVersion": facts["version"],
            "cookies": _cookies(headers, "set-cookie"),
            "headers": headers,
            "content": content,
            "redirectURL": by_name.get("location", ""),
            "headersSize": -1,
            "bodySize": size,
        }

    def _error_text(self, exchange: Exchange) -> str:
        """Return an error document; other bodies may be data of the user."""
        operation, response, masking = exchange.operation, exchange.response, self._view.masking
        if operation is None or operation.error is None or response is None or masking.hides_objects:
            return ""
        text = as_text(response.body.content[:MAX_TEXT])
        return masking.text(text, masking.secrets_of(exchange)) if text else ""


def _timings(exchange: Exchange, connection: Connection) -> tuple[int, dict[str, float]]:
    """Return when the entry begins and its phases in milliseconds, -1 for those that do not apply.

    The first exchange of a connection begins with the handshake; as the format wants it, `connect` holds `ssl`.
    """
    spans = spans_of(exchange, connection)
    answered_ns = min((span.start_ns for span in spans if span.kind is Kind.RECEIVING), default=None)
    if answered_ns is not None:  # what was still sent after an early answer would be counted twice
        spans = [
            span._replace(end_ns=min(span.end_ns, answered_ns)) if span.kind is Kind.SENDING else span for span in spans
        ]
    spent = {kind: sum(span.end_ns - span.start_ns for span in spans if span.kind is kind) for kind in Kind}
    kinds = {span.kind for span in spans}
    begin_ns = spans[0].start_ns
    phases = dict(_UNKNOWN_TIMINGS)
    if Kind.CONNECT in kinds or Kind.TLS in kinds:
        phases["connect"] = _ms(spent[Kind.CONNECT] + spent[Kind.TLS])
        phases["blocked"] = _ms(max(span.end_ns for span in spans) - begin_ns - sum(spent.values()))
    if Kind.TLS in kinds:
        phases["ssl"] = _ms(spent[Kind.TLS])
    for name, kind in (("send", Kind.SENDING), ("wait", Kind.WAITING), ("receive", Kind.RECEIVING)):
        phases[name] = _ms(spent[kind])
    return begin_ns, phases


def _ms(duration_ns: int) -> float:
    return max(0.0, round(duration_ns / NS_PER_MS, 3))


def _time(ts_ns: int | None) -> str:
    text = _EPOCH if ts_ns is None else format_time(ts_ns)
    return _EPOCH if text.startswith("@") else text


def _url(scheme: str, host: str, target: str) -> str:
    """Return the URL that was asked for, with everything that no URL may hold percent-encoded."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", target):
        return quote(target, safe=_URL_SAFE, errors="replace")
    path = target if target.startswith("/") else f"/{target}"
    return f"{scheme}://{host}{quote(path, safe=_URL_SAFE, errors='replace')}"


def _pairs(headers: list[list[str]]) -> list[Pair]:
    return [{"name": name, "value": value} for name, value in headers]


def _query(target: str) -> list[Pair]:
    query = target.partition("?")[2]
    items = parse_qsl(query, keep_blank_values=True, errors="replace", separator="&")
    return [{"name": name, "value": value} for name, value in items[:MAX_PARAMETERS]]


def _cookies(headers: list[Pair], field: str) -> list[Pair]:
    """Return the cookies of all fields of that name; their values are masked already."""
    parts: list[str] = []
    for pair in headers:
        if pair["name"].lower() == field:
            parts += pair["value"].split(";")[: 1 if field == "set-cookie" else MAX_PARAMETERS]
    split = (part.strip().partition("=") for part in parts[:MAX_PARAMETERS])
    return [{"name": name, "value": value} for name, _, value in split if name]
