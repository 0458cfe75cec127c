"""Requests that OSS or its token service refuses: who signs, what is asked, what is answered."""

import base64
import json
from typing import Any

from osspcap.model.finding import Finding
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import BUCKET_HOST, DATE, REQUEST_ID, oss_error, request, response
from tests.build.wire import Capture

LONG_KEY = "LTAI5tTestPermanentKey1"
STS_KEY = "STS.NUTestTemporaryKey1"
SIGNATURE = "bgSoShwVkWjyExCM/tZGiAt+6t8="
TOKEN = "CAISTestSecurityToken0123456789abcdef"


def signed(key: str = LONG_KEY) -> dict[str, Any]:
    """Headers of a V1 signature."""
    return {"Date": DATE, "Authorization": f"OSS {key}:{SIGNATURE}"}


def denied(
    code: str = "AccessDenied",
    message: str = "",
    *,
    key: str | None = LONG_KEY,
    method: str = "GET",
    target: str = "/key",
    host: str = BUCKET_HOST,
    status: int = 403,
    ec: str | None = None,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    **elements: str,
) -> Capture:
    """One exchange that OSS refuses; signed with V1 in the header unless `key` is None."""
    fields: dict[str, Any] = (signed(key) if key is not None else {}) | (headers or {})
    error = oss_error(code, message, ec=ec, **elements)
    if method == "HEAD":
        answer = response(status, "Refused", x_oss_err=base64.b64encode(error).decode())
    else:
        answer = response(status, "Refused", body=error)
    return exchange_capture((request(method, target, host=host, body=body, **fields), answer))


def role_refused(code: str, message: str, *, status: int = 403, key: str = LONG_KEY) -> Capture:
    """A call of AssumeRole that the token service refuses, in JSON."""
    target = f"/?Action=AssumeRole&AccessKeyId={key}&Format=JSON&RoleSessionName=a&SignatureMethod=HMAC-SHA1"
    document = {"RequestId": REQUEST_ID, "HostId": "sts.aliyuncs.com", "Code": code, "Message": message}
    answer = response(
        status, "Refused", body=json.dumps(document).encode(), request_id=None, server=None, Content_Type="text/json"
    )
    return exchange_capture((request("GET", target, host="sts.aliyuncs.com"), answer))


def faults(capture: Capture) -> list[Finding]:
    """All that the whole program finds wrong, infos left out."""
    return [finding for finding in analyze_capture(capture).findings if finding.severity != "info"]


def told(capture: Capture) -> list[str]:
    """Names of the faults."""
    return [finding.name for finding in faults(capture)]
