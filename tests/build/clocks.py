"""Signed requests by a clock that is off, and what OSS answers; the server's clock is that of the capture."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.build.analyze import exchange_capture
from tests.build.http import DATE, oss_error, request, response
from tests.build.wire import START_NS, Capture

NOW = datetime.fromtimestamp(START_NS // 10**9, UTC)
"""Sat, 29 Dec 2018 07:32:34 GMT: the capture's first packet, and the server's answers."""
V1 = "OSS LTAI5tClock0000000000001:b25lIHR3ZW50eSBieXRlIGhtYWM="
MESSAGE = "The difference between the request time and the current time is too large."


def http_date(offset_s: int = 0) -> str:
    """The date of HTTP, so many seconds off the server's."""
    return format_datetime(NOW + timedelta(seconds=offset_s), usegmt=True)


def basic_date(offset_s: int = 0) -> str:
    """The basic form of ISO 8601 that V4 signs."""
    return f"{NOW + timedelta(seconds=offset_s):%Y%m%dT%H%M%SZ}"


def stated(offset_s: int = 0) -> str:
    """A time as error documents state it."""
    return f"{NOW + timedelta(seconds=offset_s):%Y-%m-%dT%H:%M:%S.000Z}"


def v1_request(offset_s: int = 0, method: str = "GET", target: str = "/key", **headers: str) -> bytes:
    """A request with a V1 signature in its header, dated by the client's clock."""
    fields: dict[str, Any] = {"Date": http_date(offset_s), "Authorization": V1} | headers
    return request(method, target, **fields)


def v4_request(offset_s: int = 0, method: str = "GET", target: str = "/key", **headers: str) -> bytes:
    """A request with a V4 signature in its header."""
    date = basic_date(offset_s)
    credential = f"LTAI5tClock0000000000001/{date[:8]}/cn-hangzhou/oss/aliyun_v4_request"
    authorization = f"OSS4-HMAC-SHA256 Credential={credential},Signature={'0f' * 32}"
    fields: dict[str, Any] = {"x-oss-date": date, "Authorization": authorization} | headers
    return request(method, target, **fields)


def too_skewed(offset_s: int, **elements: str) -> bytes:
    """The refusal of a time that is too far off."""
    times = {
        "MaxAllowedSkewMilliseconds": "900000",
        "RequestTime": stated(offset_s),
        "ServerTime": stated(),
    }
    return error(403, "RequestTimeTooSkewed", MESSAGE, **(times | elements))


def error(status: int, code: str, message: str, **elements: str) -> bytes:
    """A refusal with its error document."""
    return response(status, "Refused", body=oss_error(code, message, **elements), Date=DATE)


def refused_capture(*offsets_s: int) -> Capture:
    """Requests that are refused for their time."""
    return exchange_capture(*((v1_request(offset_s), too_skewed(offset_s)) for offset_s in offsets_s))


def taken_capture(*offsets_s: int) -> Capture:
    """Requests that are taken all the same."""
    return exchange_capture(*((v1_request(offset_s), response()) for offset_s in offsets_s))
