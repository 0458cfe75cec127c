"""Names of HTTP/2 error codes."""

_NAMES = (
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
)
"""By code, RFC 9113 section 7."""


def error_name(code: int) -> str:
    """Return the name of an error code; its number if it has none."""
    return _NAMES[code] if code < len(_NAMES) else f"error {code:#x}"
