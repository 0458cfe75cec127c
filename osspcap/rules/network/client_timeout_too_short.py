"""NET006 client-timeout-too-short: the client gave up while the server was at work."""

from collections.abc import Iterator

from osspcap.model.breaks import Break, BreakKind, Breaks
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import broken, end_evidence, request_evidence, sdk_of
from osspcap.rules.wording import request_name
from osspcap.units import NS_PER_S, format_duration

TOLERANCE = 0.1
"""How far a measured timeout may lie above a default that it is taken for."""
_SETTINGS = {
    "aliyun-sdk-python": "In oss2 pass `connect_timeout=` (seconds, also for reading) to `oss2.Bucket`.",
    "alibabacloud-python-sdk-v2": "In the OSS SDK for Python V2 set `config.readwrite_timeout`.",
    "aliyun-sdk-go": "In the OSS SDK for Go V1 pass `oss.Timeout(connect, readWrite)` to `oss.New`.",
    "alibabacloud-go-sdk-v2": "In the OSS SDK for Go V2 use `WithReadWriteTimeout`.",
    "aliyun-sdk-java": "In the OSS SDK for Java call `setSocketTimeout` on `ClientBuilderConfiguration`.",
    "aliyun-sdk-nodejs": "In ali-oss set `timeout` (milliseconds), for the client or the single request.",
    "aliyun-sdk-js": "In ali-oss set `timeout` (milliseconds), for the client or the single request.",
}


class ClientTimeoutTooShort(CaptureRule):
    """The client gave up while the server was at work.

    ## What it finds
    Requests that the server had received, and on which the client closed the connection itself after it had waited
    for a while without hearing anything.

    ## Why it matters
    The program reports a read timeout. OSS may well have finished the request a moment later: a retry then writes a
    second time, and the upload that "failed" is there.

    ## How it decides
    The server acknowledged the whole request and sent nothing, or nothing more; after a second to 45 s the client
    closed. The waiting is measured, and compared with the default of the SDK. Later, only if the server's answer came
    after the client had left. That the server was at work is certain only if it answers late, or another request of
    this kind took as long; else it is likely.

    ## False alarms
    A server that would never have answered looks the same. So does a user who cancels after seconds.
    """

    code = "NET006"
    name = "client-timeout-too-short"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Give the client a longer read timeout, longer than the slowest answer that is to be expected.",
        "Upload large objects in parts (multipart, resumable): each request is shorter, and only parts are repeated.",
        "Before a retry of a write that must not happen twice, look whether the first one took effect.",
    )
    sources = (
        "OSS guide to troubleshooting, network connection timeout handling (D 2)",
        "Default timeouts: source code of the SDKs",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each request that the client did not wait for."""
        for item, exchange in broken(dissection, BreakKind.CLIENT_GAVE_UP):
            waited = format_duration(item.silent_ns)
            where = "without any answer" if exchange.response is None else "inside the response"
            yield self.finding(
                f"the client gives up on {request_name(exchange)} after waiting {waited} {where} ({item.closing})"
                f"{_default(item, exchange)}",
                *request_evidence(exchange),
                end_evidence(item, "the client waits for the answer"),
                *_late(item),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED if item.late_frame is not None else Confidence.LIKELY,
                fix=_fix(exchange, self.fix),
                cause=f"{round(item.silent_ns / NS_PER_S)}",
            )


def _late(item: Break) -> Iterator[Evidence]:
    if item.late_frame is not None:
        yield Evidence(item.late_frame, item.stream, item.exchange, "data from the server", "after the client had left")


def _default(item: Break, exchange: Exchange) -> str:
    """Say whose default the time is, ready to append; empty if nobody's."""
    use = sdk_of(exchange)
    limit_s = None if use is None else use.family.read_timeout_s
    if use is None or limit_s is None:
        return ""
    if limit_s * NS_PER_S <= item.silent_ns <= limit_s * (1 + TOLERANCE) * NS_PER_S:
        return f": {limit_s:g} s is the default of the {use.family.name}"
    return ""


def _fix(exchange: Exchange, fix: tuple[str, ...]) -> tuple[str, ...]:
    use = sdk_of(exchange)
    setting = None if use is None else _SETTINGS.get(use.family.prefix)
    return fix if setting is None else (setting, *fix)
