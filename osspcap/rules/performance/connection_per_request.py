"""PRF006 connection-per-request: the client opens a connection for every request."""

from collections.abc import Iterator

from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.slowness import Reconnecting, Slowness
from osspcap.rules.base import CaptureRule
from osspcap.rules.performance._slow import sdk_of
from osspcap.rules.wording import counted
from osspcap.units import format_duration

MAX_SHOWN = 5
"""Connections that the evidence shows."""
_SETTINGS = {
    "aliyun-sdk-python": "In oss2 create one `oss2.Bucket` (or one `oss2.Session`) and use it for all requests.",
    "alibabacloud-python-sdk-v2": "In the OSS SDK for Python V2 create one `oss.Client` and use it for all requests.",
    "aliyun-sdk-go": "In the OSS SDK for Go create one client with `oss.New` and use it for all requests.",
    "alibabacloud-go-sdk-v2": "In the OSS SDK for Go V2 create one client and use it for all requests.",
    "aliyun-sdk-java": "In the OSS SDK for Java build one `OSS` client for all requests, and close response bodies.",
    "aliyun-sdk-nodejs": "In ali-oss create one client, and pass an `agent` with `keepAlive: true`.",
}


class ConnectionPerRequest(CaptureRule):
    """The client opens a connection for every request.

    ## What it finds
    Ten or more requests of one client to one server of OSS, one after the other, each on a connection of its own.

    ## Why it matters
    Each connection costs a round trip before the request, two or three with TLS, and starts slowly. One that is kept
    serves many requests; clients that make many run out of ports in the end.

    ## How it decides
    Connections with a handshake, one answered request and a close, begun within ten seconds after the answer of the
    one before.

    ## False alarms
    Programs that are started anew for each request, as scripts do.
    """

    code = "PRF006"
    name = "connection-per-request"
    severity = Severity.INFO
    on_facts = (Slowness,)
    fix = (
        "Create one client object of the SDK and use it for all requests; it keeps connections and shares them.",
        "Read every response to its end, or close it: a connection with bytes left over cannot be used again.",
    )
    sources = ("RFC 9112 section 9.3 (persistence)", "OSS FAQ, Python SDK (A, B)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each client and server."""
        slowness = dissection.facts.get(Slowness)
        for habit in () if slowness is None else slowness.reconnecting:
            use = sdk_of(dissection.exchanges[habit.exchanges[0]])
            setting = None if use is None else _SETTINGS.get(use.family.prefix)
            yield self.finding(
                f"client {habit.client} opens a connection for each of "
                f"{counted(len(habit.exchanges), 'request')} to {habit.server}; the handshakes took "
                f"{format_duration(habit.connect_ns)} in all",
                *_evidence(habit, dissection),
                streams=habit.streams,
                confidence=Confidence.LIKELY,
                fix=self.fix if setting is None else (setting, *self.fix),
                occurrences=len(habit.streams),
            )


def _evidence(habit: Reconnecting, dissection: Dissection) -> Iterator[Evidence]:
    for stream in habit.streams[:MAX_SHOWN]:
        connection = dissection.connections[stream]
        observed = f"connection {stream}, for one request"
        yield Evidence(connection.first_frame, stream, None, "tcp SYN", observed, "the connection before is used again")
