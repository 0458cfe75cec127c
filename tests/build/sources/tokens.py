"""E 6: the eight errors of AssumeRole. E 7: the settings of CORS, their errors, and how they are found."""

from tests.build.analyze import exchange_capture
from tests.build.http import response
from tests.build.pages import NOT_ENABLED, allowed, complete_body, denied, invalid_part, page_request, preflight
from tests.build.refusals import STS_KEY, role_refused
from tests.build.sources.row import Row, Without
from tests.build.uploads import UPLOAD
from tests.build.wire import Capture


def refused_preflight(method: str = "PUT", headers: str = "", **more: str) -> Capture:
    """A preflight that the bucket's rules refuse."""
    return exchange_capture((preflight(method, headers, **more), denied()))


TOKEN_ROWS = (
    Row(
        ("E 6, row 1, NoPermission: root accounts",),
        "STS006",
        lambda: role_refused("NoPermission", "Roles may not be assumed by root accounts."),
    ),
    Row(
        ("E 6, row 2, MissingSecurityToken",),
        "STS007",
        lambda: role_refused(
            "MissingSecurityToken", "SecurityToken is mandatory for this action.", key=STS_KEY, status=400
        ),
    ),
    Row(
        ("E 6, row 3, InvalidAccessKeyId.NotFound",),
        "STS008",
        lambda: role_refused("InvalidAccessKeyId.NotFound", "Specified access key is not found", status=404),
    ),
    Row(
        ("E 6, row 4, InvalidAccessKeyId.Inactive",),
        "STS009",
        lambda: role_refused("InvalidAccessKeyId.Inactive", "Specified access key is disabled.", status=400),
    ),
    Row(
        ("E 6, row 5, InvalidParameter.PolicyGrammar",),
        "STS010",
        lambda: role_refused(
            "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check.", status=400
        ),
    ),
    Row(
        ("E 6, row 6, InvalidParameter.RoleSessionName",),
        "STS011",
        lambda: role_refused(
            "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.", status=400
        ),
    ),
    Row(
        ("E 6, row 7, InvalidParameter.DurationSeconds",),
        "STS012",
        lambda: role_refused(
            "InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr.", status=400
        ),
    ),
    Row(
        ("E 6, row 8, NoPermission: sts:AssumeRole",),
        "STS013",
        lambda: role_refused(
            "NoPermission",
            "No permission perform sts:AssumeRole on this Role. Maybe you are not authorized to perform sts:AssumeRole "
            "or the specified role does not trust you",
        ),
    ),
    Without(("E 6, examples and links",), "Links to sample programs and to RAM."),
)

CORS_ROWS = (
    Row(("E 7, AllowedOrigin",), "COR001", lambda: refused_preflight(origin="http://10.100.100.100:8001")),
    Row(
        ("E 7, AllowedOrigin, the scheme and port belong to it",),
        "COR009",
        lambda: exchange_capture((page_request(origin="www.example.com"), response(body=b"x"))),
        also=("COR003",),
    ),
    Row(("E 7, AllowedMethod",), "COR001", lambda: refused_preflight("DELETE")),
    Row(
        ("E 7, Allow Header", "E 7, Allow Header, one is easily missed"),
        "COR001",
        lambda: refused_preflight("PUT", "x-oss-date,authorization,x-oss-user-agent"),
    ),
    Row(
        ("E 7, Expose Header",),
        "COR004",
        lambda: exchange_capture(
            (
                page_request("PUT", f"/big.bin?partNumber=1&uploadId={UPLOAD}", body=b"x"),
                allowed(Access_Control_Expose_Headers=""),
            ),
            (page_request("POST", f"/big.bin?uploadId={UPLOAD}", body=complete_body("null")), invalid_part()),
        ),
    ),
    Row(
        ("E 7, one rule for each origin",),
        "COR008",
        lambda: exchange_capture((page_request(), allowed(body=b"x", Vary="", Age="31", ETag=""))),
    ),
    Row(
        ("E 7, the browser's error: no Access-Control-Allow-Origin, status 403",),
        "COR001",
        lambda: refused_preflight(target="/"),
    ),
    Row(
        ("E 7, the browser's error: no Access-Control-Allow-Origin, no preflight",),
        "COR003",
        lambda: exchange_capture((page_request(), response(body=b"x"))),
    ),
    Row(("E 7, the error of OSS: AccessForbidden",), "COR001", refused_preflight),
    Row(
        ("E 7, the error of OSS: no rule at all",),
        "COR002",
        lambda: exchange_capture((preflight(), denied(NOT_ENABLED))),
    ),
    Row(("E 7, debugging: AllowedOrigin",), "COR001", lambda: refused_preflight(origin="https://www.aliyun.com")),
    Row(("E 7, debugging: AllowedMethod",), "COR001", lambda: refused_preflight("POST")),
    Row(("E 7, debugging: Allow Header",), "COR001", lambda: refused_preflight("GET", "x-my-header")),
    Row(
        ("E 7, debugging: Expose Header",),
        "COR004",
        lambda: exchange_capture(
            (
                page_request("PUT", f"/big.bin?partNumber=1&uploadId={UPLOAD}", body=b"x"),
                allowed(Access_Control_Expose_Headers="x-oss-request-id"),
            ),
            (page_request("POST", f"/big.bin?uploadId={UPLOAD}", body=complete_body("undefined")), invalid_part()),
        ),
    ),
    Without(("E 7, MaxAgeSeconds",), "How long a browser remembers a preflight; any value works."),
    Without(
        ("E 7, developer tools, debugging page, console",), "Where a person looks; the capture holds what they show."
    ),
)
