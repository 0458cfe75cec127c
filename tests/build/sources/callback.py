"""D 5 and E 5: upload callbacks, what stands in them, and the errors of both ends."""

from functools import partial
from typing import Any

from tests.build.callbacks import (
    NOT_JSON,
    OK,
    app_leg,
    called,
    client_leg,
    encoded,
    failed,
    form,
    parameter,
    refused,
    reply,
    upload,
)
from tests.build.http import response
from tests.build.sources.row import Row, Without
from tests.build.wire import Capture

DONE = response(body=OK, ETag='"A"')
CONFIG = "The callback configuration is not json format."
BROKEN = (
    '{"callbackUrl":"8.8.8.8:9090","callbackBody":"{"bucket":${bucket},"object":${object}}",'
    '"callbackBodyType":"application/json"}'
)
UNREACHABLE = "Error status : -1.OSS can not connect to your callbackUrl, please check it."
TIMEOUT = "Error status : -1 8.8.8.8:9090 reply timeout, cost:5000ms, timeout:5000ms (err:-4, errno115)"
LATER_TIMEOUT = (
    "Error status : -1.call 10.157.223.86:8080 reply timeout, cost:5000ms, timeout:5000ms (err:-4, errno:115)"
)
VARIABLE_NAMES = (
    "bucket",
    "object",
    "etag",
    "size",
    "mimeType",
    "imageInfo.height",
    "imageInfo.width",
    "imageInfo.format",
)


def both(row: str) -> tuple[str, str]:
    """The places of a row that both guides have."""
    return f"D 5, {row}", f"E 5, {row}"


def taken(**changed: Any) -> Capture:
    """An upload whose callback parameters OSS takes."""
    return client_leg(upload(parameter(**changed)), DONE)


def config_refused(callback: str) -> Capture:
    """An upload whose callback parameters OSS refuses."""
    return client_leg(upload(callback), refused(CONFIG, ArgumentName="callback"))


CALLBACK_ROWS: tuple[Row | Without, ...] = (
    Row(both("data stream 1, callback parameters"), "CBK005", lambda: config_refused(encoded("{"))),
    Row(both("data stream 2, time-out of five seconds"), "CBK003", lambda: app_leg(wait_s=6)),
    Row(both("data stream 3, the body must be JSON"), "CBK001", lambda: app_leg(reply(b"OK"))),
    Row(both("data stream 3, only 200 is success"), "CBK002", lambda: app_leg(reply(status=500, reason="Error"))),
    Row(both("data stream 3, 40x"), "CBK002", lambda: client_leg(answer=failed("Error status : 403.", None))),
    Row(both("data stream 3, 50x"), "CBK002", lambda: client_leg(answer=failed("Error status : 503.", None))),
    Row(both("data stream 4, 203 CallbackFailed"), "CBK001", lambda: client_leg(answer=failed(NOT_JSON))),
    Row(
        both("parameters, callbackUrl"),
        "CBK006",
        lambda: client_leg(upload(parameter(callbackUrl="http://10.1.2.3/x")), failed(UNREACHABLE, None)),
        also=("CBK004",),
    ),
    Row(
        both("parameters, callbackUrl is required"),
        "CBK005",
        lambda: config_refused(parameter(callbackUrl=None)),
    ),
    Row(both("parameters, callbackBody is required"), "CBK005", lambda: config_refused(parameter(callbackBody=None))),
    Row(
        both("parameters, callbackBodyType"),
        "CBK008",
        lambda: taken(callbackBody="a=${bucket}", callbackBodyType="application/json"),
    ),
    Row(both("carried in x-oss-callback, base64 of JSON"), "CBK005", lambda: config_refused("no base64!")),
    Row(
        both("carried in the query"),
        "CBK012",
        lambda: client_leg(
            upload(parameter(), target=f"/upload.png?callback={parameter().replace('=', '%3D')}"),
            refused("The callback is given twice."),
        ),
    ),
    Row(
        both("example value, quotes are escaped"),
        "CBK005",
        lambda: config_refused(encoded(BROKEN)),
    ),
    *(
        Row(
            both(f"system variable {name}"),
            "CBK008",
            partial(taken, callbackBody=f"a=${{{name.upper()}}}"),
        )
        for name in VARIABLE_NAMES
    ),
    Row(both("system variables are case-sensitive"), "CBK008", lambda: taken(callbackBody="b=${Bucket}")),
    Row(both("custom variables, the value is not given"), "CBK008", lambda: taken(callbackBody="b=${x:order}")),
    Row(
        both("custom variables begin with x:"),
        "CBK007",
        lambda: client_leg(
            upload(parameter(callbackBody="b=${bucket}"), x_oss_callback_var=encoded('{"my_var1":"value1"}')),
            refused("The callback var is invalid.", ArgumentName="callback-var"),
        ),
    ),
    Row(
        both("custom variables, 512 bytes"),
        "CBK007",
        lambda: client_leg(
            upload(parameter(), x_oss_callback_var=encoded('{"x:my_var":"' + "v" * 600 + '"}')),
            refused("The callback var is too long.", ArgumentName="callback-var"),
        ),
    ),
    Row(
        both("PostObject, callback and variables as fields"),
        "CBK008",
        lambda: client_leg(form(parameter(callbackBody="b=${x:order}"), x_my_var="1"), failed()),
        also=("CBK001",),
    ),
    Row(both("callback signature"), "CBK010", lambda: app_leg(sent=called(Authorization="no base64!"))),
    Row(both("message processing, five seconds"), "CBK003", lambda: app_leg(wait_s=5.5)),
    Row(both("message processing, JSON"), "CBK001", lambda: app_leg(reply(b"<html></html>"))),
    Row(both("debugging, return 200 and no other 20x"), "CBK002", lambda: app_leg(reply(status=201, reason="Created"))),
    Row(
        both("debugging, Content-Type is application/json"), "CBK009", lambda: app_leg(reply(Content_Type="text/html"))
    ),
    Row(both("InvalidArgument, the example"), "CBK005", lambda: config_refused(encoded(BROKEN))),
    Row(
        both("InvalidArgument, escaped characters"),
        "CBK005",
        lambda: config_refused(encoded('{"callbackUrl":"http://a.example.com/x","callbackBody":"a\nb=${bucket}"}')),
    ),
    Row(both("CallbackFailed example 1, not JSON: OK"), "CBK001", lambda: app_leg(reply(b"OK"))),
    Row(
        both("CallbackFailed example 1, not JSON: EF BB BF"),
        "CBK001",
        lambda: app_leg(reply(b'\xef\xbb\xbf{"Status":"OK"}')),
    ),
    Row(
        both("CallbackFailed example 2, can not connect"),
        "CBK004",
        lambda: client_leg(answer=failed(UNREACHABLE, None)),
    ),
    Row(both("CallbackFailed example 3, reply timeout"), "CBK003", lambda: client_leg(answer=failed(TIMEOUT, None))),
    Row(
        both("CallbackFailed example 4, 400"), "CBK002", lambda: client_leg(answer=failed("Error status : 400.", None))
    ),
    Row(
        both("CallbackFailed example 5, 502"), "CBK002", lambda: client_leg(answer=failed("Error status : 502.", None))
    ),
    Row(
        both("the body is not JSON, a stack trace"),
        "CBK001",
        lambda: app_leg(reply(b"Traceback (most recent call last):\n  File ...\n")),
    ),
    Row(
        both("the body is not JSON, a byte order mark of PHP"),
        "CBK001",
        lambda: app_leg(reply(b'\xef\xbb\xbf{"Status":"Ok"}', Content_Type="text/html; charset=UTF-8")),
    ),
    Row(both("error status, 404"), "CBK002", lambda: app_leg(reply(status=404, reason="Not Found"))),
    Row(
        both("error status, 502: no web service"),
        "CBK002",
        lambda: client_leg(answer=failed("Error status : 502.", None)),
    ),
    Row(both("timeout"), "CBK003", lambda: client_leg(answer=failed(LATER_TIMEOUT, None))),
    Without(
        both("about callbacks and where they are used"),
        "Says what callbacks are for; the errors stand in the rows of this section.",
    ),
    Without(
        both("parameters, callbackHost"),
        "Optional; the application decides whether it takes the name, and its status tells.",
    ),
    Without(
        both("SDK examples, implementation examples, curl commands"),
        "Links to programs and commands to try a server with; faults of theirs show as the rows above.",
    ),
)
