"""D 4 and E 3: 403 by its kinds, the eight permission errors, and how to find what is missing. E 4: Referer lists."""

from tests.build.analyze import exchange_capture
from tests.build.forms import EXPIRED, FAILED, Form, policy, refused_form, signed
from tests.build.http import request, response
from tests.build.mismatch import mismatch, v1_request, v1_string
from tests.build.pages import denied as preflight_denied
from tests.build.pages import preflight
from tests.build.refusals import STS_KEY, TOKEN, denied
from tests.build.sources.row import Row, Without
from tests.build.wire import Capture

REFERER = "You are denied by bucket referer policy."
ENDPOINT = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future "
    "requests to this endpoint."
)
TEMPORARY = {"x-oss-security-token": TOKEN}


def both(row: str) -> tuple[str, str]:
    """The places of a row that both guides have."""
    return f"D 4, {row}", f"E 3, {row}"


def by_page(referer: str | None, target: str = "/key", **headers: str) -> Capture:
    """An unsigned request that the bucket's Referer list refuses."""
    sent = headers if referer is None else {"Referer": referer} | headers
    return denied(message=REFERER, key=None, headers=sent, target=target)


PERMISSION_ROWS = (
    Row(
        both("403, SignatureDoesNotMatch"),
        "SIG101",
        lambda: exchange_capture((v1_request(v1_string()), mismatch(v1_string()))),
    ),
    Row(
        both("403, PostObject, Policy expired"),
        "PST008",
        lambda: refused_form(Form(signed(policy(expiration="2018-12-29T07:00:00.000Z"))), 403, "AccessDenied", EXPIRED),
    ),
    Row(
        both("403, PostObject, Policy Condition failed"),
        "PST009",
        lambda: refused_form(
            Form(signed(policy({"bucket": "other"}))), 403, "AccessDenied", FAILED + '["eq", "$bucket", "other"]'
        ),
    ),
    Row(both("403, Cors"), "COR001", lambda: exchange_capture((preflight(), preflight_denied()))),
    Row(both("403, Refers"), "REF002", lambda: by_page("http://www.evil.example.net/page.html")),
    Row(both("403, AccessDenied"), "PRM012", lambda: denied(message="AccessDenied")),
    Row(
        both("row 1, must be addressed using the specified endpoint"),
        "END001",
        lambda: denied(message=ENDPOINT, Bucket="rokid", Endpoint="oss-cn-beijing.aliyuncs.com"),
    ),
    Row(
        both("row 2, list buckets"),
        "PRM006",
        lambda: denied(message="You are forbidden to list buckets.", target="/", host="oss-cn-hangzhou.aliyuncs.com"),
    ),
    Row(
        both("row 3, write acl"),
        "PRM005",
        lambda: denied(message="You do not have write acl permission on this object", method="PUT", target="/key?acl"),
    ),
    Row(
        both("row 4, read acl"),
        "PRM004",
        lambda: denied(message="You do not have read acl permission on this object.", target="/key?acl"),
    ),
    Row(
        both("row 5, bucket does not belong to you"),
        "PRM007",
        lambda: denied(message="The bucket you access does not belong to you.", target="/?acl"),
    ),
    Row(
        both("row 6, because of bucket acl"),
        "PRM003",
        lambda: denied(message="You have no right to access this object because of bucket acl."),
    ),
    Row(
        both("row 6, because of bucket acl, temporary account"),
        "PRM003",
        lambda: denied(
            message="You have no right to access this object because of bucket acl.", key=STS_KEY, headers=TEMPORARY
        ),
    ),
    Row(
        both("row 7, denied by authorizer's policy"),
        "STS005",
        lambda: denied(message="Access denied by authorizer's policy.", key=STS_KEY, headers=TEMPORARY),
    ),
    Row(
        both("row 8, no right to access this object"),
        "PRM008",
        lambda: denied(message="You have no right to access this object.", method="POST", target="/key?uploads"),
    ),
    Row(
        both("troubleshooting, subaccount"),
        "PRM008",
        lambda: denied(message="You have no right to access this object."),
    ),
    Row(
        both("troubleshooting, temporary account, STS. key"),
        "STS005",
        lambda: denied(message="You have no right to access this object.", key=STS_KEY, headers=TEMPORARY),
    ),
    Row(
        both("troubleshooting, Action, Resource, Effect, Condition"),
        "PRM008",
        lambda: denied(message="Access denied by bucket policy.", method="PUT", target="/key", body=b"x"),
    ),
    Without(
        both("troubleshooting, primary user"),
        "Whether a key is the account's own is not on the wire; the rules on permissions say so, and where to look.",
    ),
)

REFERER_ROWS = (
    Row(("E 4, Referer is empty, no field",), "REF001", lambda: by_page(None)),
    Row(("E 4, Referer is empty, empty field",), "REF001", lambda: by_page("")),
    Row(
        ("E 4, from https to http the browser sends none",),
        "REF001",
        lambda: by_page(None, User_Agent="Mozilla/5.0 Chrome/131.0.0.0"),
    ),
    Row(
        ("E 4, checked for signed URLs",),
        "REF001",
        lambda: by_page(None, "/key?OSSAccessKeyId=LTAI5tTestKey&Expires=1546072354&Signature=x"),
    ),
    Row(
        ("E 4, a list and no empty Referer: a Referer outside the list",),
        "REF002",
        lambda: by_page("http://other.example.net/"),
    ),
    Row(("E 4, a list and no empty Referer: no Referer",), "REF001", lambda: by_page(None)),
    Row(
        ("E 4, a list and empty Referer allowed: a Referer outside the list",),
        "REF002",
        lambda: by_page("http://other.example.net/"),
    ),
    Row(
        ("E 4, wildcards", "E 4, a.aliyun.com and b.aliyun.com match *.aliyun.com"),
        "REF002",
        lambda: by_page("http://a.aliyun.com/page"),
    ),
    Row(("E 4, domain.com is not matched by *.domain.com",), "REF002", lambda: by_page("http://domain.com/page")),
    Row(("E 4, http or https",), "REF002", lambda: by_page("https://www.aliyun.com/page")),
    Row(("E 4, without http:// the entry is invalid",), "REF003", lambda: by_page("b.aliyun.com"), also=("REF002",)),
    Row(("E 4, the error: 403 AccessDenied",), "REF002", lambda: by_page("http://www.evil.example.net/")),
    Row(
        ("E 4, not checked with Authorization",),
        "PRM012",
        lambda: denied(message="AccessDenied", headers={"Referer": "http://www.evil.example.net/"}),
    ),
    Row(
        ("E 4, a CDN keeps a list of its own: a cached answer",),
        "PRX002",
        lambda: exchange_capture(
            (request("GET", "/video.mp4"), response(body=b"x", Via="cache1.cn", X_Cache="HIT TCP_MEM_HIT", Age="60"))
        ),
    ),
    Without(("E 4, what Referer is", "E 4, what it is for"), "Explains the header; nothing fails."),
    Without(
        ("E 4, several values, empty list, kinds of buckets", "E 4, typical configuration, all requests may pass"),
        "How the list is set; with these settings nothing is refused.",
    ),
    Without(
        ("E 4, set it in the console, clear the browser's cache",),
        "Steps for the owner of the bucket; the rules on Referer say them as what to do.",
    ),
)
