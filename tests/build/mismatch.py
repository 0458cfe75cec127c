"""Refused signatures as conversations: what the client signed, what it sent, and what OSS says to have signed."""

import base64
import hashlib
import hmac
from html import escape
from io import BytesIO
from urllib.parse import quote

from osspcap.analysis import Options, analyze
from osspcap.model.finding import Finding
from osspcap.model.report import Report
from osspcap.model.secrets import Secrets
from tests.build.http import BUCKET_HOST, DATE, oss_error, response
from tests.build.signed import hexed, raw_request
from tests.build.wire import Capture

KEY, SECRET, OTHER_SECRET = (
    "LTAI5tTestAccessKeyId001",
    "trueSecret0123456789abcdefghij",
    "falseSecret012345678abcdefghij",
)
MESSAGE = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
STAMP, DAY, REGION = "20181229T073234Z", "20181229", "cn-hangzhou"
EXPIRES = 1_546_072_354
"""An hour after the clock of the captures starts."""


def v1_string(
    method: str = "PUT",
    resource: str = "/rokid/dir/a.txt",
    *,
    md5: str = "",
    content_type: str = "",
    date: str = DATE,
    headers: str = "",
) -> str:
    """A V1 string to sign; `headers` are whole lines."""
    return f"{method}\n{md5}\n{content_type}\n{date}\n{headers}{resource}"


def v1_signature(string: str, secret: str = SECRET) -> str:
    """The V1 signature of a string."""
    return base64.b64encode(hmac.new(secret.encode(), string.encode(), hashlib.sha1).digest()).decode()


def v1_request(
    signed: str,
    target: str = "/dir/a.txt",
    *,
    method: str = "PUT",
    secret: str = SECRET,
    host: str = BUCKET_HOST,
    **headers: str,
) -> bytes:
    """A request with the V1 signature of `signed`, which need not be the string that it should have signed."""
    fields = {"Host": host, "Date": DATE} | {name.replace("_", "-"): value for name, value in headers.items()}
    fields.setdefault("Authorization", f"OSS {KEY}:{v1_signature(signed, secret)}")
    return raw_request(method, target, {name: value for name, value in fields.items() if value})


def v1_url(
    path: str, signed: str, *, secret: str = SECRET, query: str = "", before: str = "", expires: int = EXPIRES
) -> str:
    """A target with the V1 signature of `signed`; `query` is appended behind it, `before` stands in front."""
    signature = quote(v1_signature(signed, secret), safe="")
    return f"{path}?{before}OSSAccessKeyId={KEY}&Expires={expires}&Signature={signature}{query}"


def canonical(
    method: str = "PUT", uri: str = "/rokid/dir/a.txt", *, query: str = "", headers: str = "", names: str = ""
) -> str:
    """A V4 canonical request; `headers` are whole lines without the date, which is always there."""
    lines = headers + f"x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:{STAMP}\n"
    return f"{method}\n{uri}\n{query}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"


def v4_string(request: str, *, stamp: str = STAMP, day: str = DAY, region: str = REGION, product: str = "oss") -> str:
    """The V4 string to sign of a canonical request."""
    digest = hashlib.sha256(request.encode()).hexdigest()
    return f"OSS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{product}/aliyun_v4_request\n{digest}"


def v4_signature(string: str, secret: str = SECRET) -> str:
    """The V4 signature of a string to sign, whose third line is the scope."""
    key = b"aliyun_v4" + secret.encode()
    for part in string.split("\n")[2].split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, string.encode(), hashlib.sha256).hexdigest()


def v4_request(
    string: str,
    target: str = "/dir/a.txt",
    *,
    method: str = "PUT",
    secret: str = SECRET,
    names: str = "",
    stamp: str = STAMP,
    host: str = BUCKET_HOST,
    **headers: str,
) -> bytes:
    """A request with the V4 signature of a string to sign."""
    scope = string.split("\n")[2]
    listed = f",AdditionalHeaders={names}" if names else ""
    signature = f"OSS4-HMAC-SHA256 Credential={KEY}/{scope}{listed},Signature={v4_signature(string, secret)}"
    fields = {"Host": host, "x-oss-date": stamp, "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    fields.setdefault("Authorization", signature)
    return raw_request(method, target, {name: value for name, value in fields.items() if value})


def mismatch(
    string: str, *, request: str | None = None, ec: str = "0002-00000040", in_header: bool = False, **elements: str
) -> bytes:
    """The answer of OSS that signed `string`; `in_header` gives the one to HEAD. Elements given win."""
    parts = {
        "OSSAccessKeyId": KEY,
        "StringToSign": string,
        "StringToSignBytes": hexed(string.encode()),
    }
    if request is not None:
        parts["CanonicalRequest"] = request
    parts |= elements
    shown = {name: escape(text, quote=False) for name, text in parts.items() if text}
    document = oss_error("SignatureDoesNotMatch", MESSAGE, ec=ec or None, **shown)
    if in_header:
        return response(403, "Forbidden", x_oss_err=base64.b64encode(document).decode(), x_oss_ec=ec)
    return response(403, "Forbidden", body=document)


def refusal(code: str, message: str, *, status: int = 403, ec: str = "", **elements: str) -> bytes:
    """Any other refusal."""
    return response(status, "Refused", body=oss_error(code, message, ec=ec or None, **elements))


def report_on(*pairs: tuple[bytes, bytes], only: str | None = None, secret: str | None = None) -> Report:
    """Analyze a connection with pairs of request and answer, perhaps with a secret lent for all keys."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for sent, answered in pairs:
        tcp.client(sent)
        tcp.server(answered)
    tcp.close()
    return judged(capture, only=only, secret=secret)


def judged(capture: Capture, *, only: str | None = None, secret: str | None = None) -> Report:
    """Analyze a capture; a rule that raises fails the test."""
    options = Options(select=() if only is None else (only,), secrets=Secrets(default=secret))
    report = analyze("-", options, stdin=BytesIO(capture.pcap()))
    for item in report.undecided:
        assert not item.reason.startswith("internal error"), item
    return report


def found(report: Report) -> list[str]:
    """Codes of what a report finds at error or warning."""
    return [finding.rule for finding in report.findings if finding.severity.value != "info"]


def only(report: Report, code: str) -> Finding:
    """The one finding of a rule."""
    (finding,) = [finding for finding in report.findings if finding.rule == code]
    return finding


def shown(finding: Finding) -> str:
    """Everything a finding says, on one page."""
    texts = [finding.summary, finding.explanation, *finding.fix]
    texts += [f"{item.field}|{item.observed}|{item.expected}" for item in finding.evidence]
    return "\n".join(texts)
