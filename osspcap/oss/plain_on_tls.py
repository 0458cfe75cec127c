"""Requests in clear that a server answers as one does that speaks TLS.

In: an exchange whose answer is an error or missing. Out: `PlainOnTls`, or None where nothing shows that the server
expected TLS. That a server hangs up without a word is no proof and is left to the rule.

Source: nginx documentation, status code 497 (sent as 400); error pages of Tengine, Apache httpd, Tomcat and Go;
RFC 8446 section 6 (a TLS server answers garbage with an alert). Cost: a search in at most `MAX_PAGE_BYTES` of a page.
"""

from osspcap.model.anomaly import AnomalyName
from osspcap.model.exchange import Exchange
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.facts import Context

MAX_PAGE_BYTES = 16_384
"""Bytes of a page in which the words are looked for."""
_STATUSES = frozenset({400, 497})
_WORDS = (
    b"plain http request was sent to https port",  # nginx, Tengine
    b"client sent an http request to an https server",  # Go
    b"speaking plain http to an ssl-enabled server port",  # Apache httpd
    b"this combination of host and port requires tls",  # Tomcat
)


@record
class PlainOnTls:
    """What shows that the server expected TLS."""

    shown_by: Seen[str]
    """The status line of the page that says so, or the TLS record that came instead of an answer."""


def says_port_is_for_tls(status: int, page: bytes) -> bool:
    """Tell whether an answer says that the port it came from expects TLS."""
    return status in _STATUSES and any(words in page[:MAX_PAGE_BYTES].lower() for words in _WORDS)


def gather_plain_on_tls(exchange: Exchange, context: Context) -> PlainOnTls | None:
    """Return what shows that a request in clear went to a server that speaks TLS; None if nothing does."""
    del context
    response = exchange.response
    if response is not None:
        if says_port_is_for_tls(response.status, response.body.content):
            return PlainOnTls(response.seen_start_line())
        return None
    for anomaly in exchange.anomalies:
        if anomaly.name is AnomalyName.TLS_IN_PLACE_OF_RESPONSE:
            return PlainOnTls(Seen("a TLS record", anomaly.frame, "answer of the server", b""))
    return None
