"""Oddities of traffic, recorded instead of raised; the vocabulary follows Zeek's weird names where one fits."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.units import FrameNumber


class AnomalyName(StrEnum):
    """Every oddity a stage can record. Values are stable: they appear in reports."""

    # http1: start lines and framing
    BAD_REQUEST_LINE = "bad-http-request-line"
    BAD_STATUS_LINE = "bad-http-status-line"
    UNSUPPORTED_VERSION = "http-version-unsupported"
    BARE_LF = "line-terminated-with-single-lf"
    BARE_CR = "bare-cr-in-header"
    LEADING_EMPTY_LINES = "empty-lines-before-start-line"
    OBSOLETE_FOLD = "obsolete-line-folding"
    SPACE_BEFORE_COLON = "space-before-header-colon"
    BAD_HEADER_NAME = "bad-http-header-name"
    MISSING_COLON = "header-line-without-colon"
    NUL_IN_HEADER = "nul-in-header"
    HEADER_TOO_LARGE = "header-section-too-large"
    HEADER_INCOMPLETE = "header-section-incomplete"
    CONTENT_LENGTH_AND_CHUNKED = "http-content-length-and-chunked"
    CONTENT_LENGTHS_DIFFER = "http-content-lengths-differ"
    CONTENT_LENGTH_INVALID = "http-content-length-invalid"
    TRANSFER_ENCODING_UNKNOWN = "http-transfer-encoding-unknown"
    TRANSFER_ENCODING_IN_HTTP10 = "http-transfer-encoding-in-http-1.0"
    BAD_CHUNK_SIZE = "http-bad-chunk-size"
    CHUNK_LINE_TOO_LONG = "http-chunk-line-too-long"
    TRAILERS_TOO_LARGE = "http-trailers-too-large"
    EXCESS_RESPONSE_BYTES = "http-bytes-after-response"
    EXCESS_REQUEST_BYTES = "http-bytes-after-request"
    RESPONSE_WITHOUT_REQUEST = "unmatched-http-reply"
    TOO_MANY_PENDING_REQUESTS = "http-too-many-pending-requests"
    TOO_MANY_INTERIM_RESPONSES = "http-too-many-interim-responses"
    RESYNCHRONISED = "http-resynchronised-after-gap"
    CONTENT_CODING_UNKNOWN = "http-content-coding-unknown"
    CONTENT_CODING_BROKEN = "http-content-coding-broken"
    DECODED_BODY_TOO_LARGE = "http-decoded-body-too-large"
    # tcp
    OVERLAP_DIFFERS = "tcp-overlap-with-different-bytes"
    PENDING_LIMIT = "tcp-reassembly-limit-reached"
    DATA_AFTER_CLOSE = "tcp-data-after-close"
    # http2 and tls
    BAD_HTTP2_FRAME = "http2-malformed-frame"
    HEADERS_UNDECODABLE = "http2-headers-undecodable"
    """Fields refer to entries of the compression table that the capture does not hold."""
    STREAM_RESET = "http2-stream-reset"
    GOAWAY = "http2-goaway"
    FLOW_CONTROL_STALL = "http2-flow-control-stall"
    EXCESS_STREAM_DATA = "http2-data-beyond-content-length"
    PSEUDO_HEADER_MISSING = "http2-pseudo-header-missing"
    TLS_IN_PLACE_OF_RESPONSE = "tls-record-in-place-of-http-response"


@record
class Anomaly:
    """One oddity and where it stands."""

    name: AnomalyName
    """What kind of oddity."""
    frame: FrameNumber
    """Packet in which it shows."""
    detail: str = ""
    """The bytes or numbers that show it, escaped for reading; empty where the name says all."""
