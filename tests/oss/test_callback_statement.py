import pytest

from osspcap.model.callback import CallbackCause, CallbackStatement
from osspcap.oss.callback_statement import failed, gather_callback_statement
from osspcap.oss.facts import Context
from tests.build import callbacks
from tests.build.callbacks import understood
from tests.build.http import oss_error, request, response

C = CallbackCause


@pytest.mark.parametrize(
    ("message", "cause", "status"),
    [
        ("Response body is not valid json format.", C.NOT_JSON, None),
        ("Error status : 502.", C.STATUS, 502),
        ("Error Status :301", C.STATUS, 301),
        ("Error status：404。", C.STATUS, 404),
        ("Error status : -1.OSS can not connect to your callbackUrl, please check it.", C.UNREACHABLE, -1),
        ("Error status : -1.", C.UNREACHABLE, -1),
        ("Error status : -1.call 10.0.0.1:80 reply timeout, cost:5000ms, timeout:5000ms", C.TIMEOUT, -1),
        ("Cost too long time.", C.TIMEOUT, None),
        ("Error Status : 400.User server missing content-length.", C.LENGTH, 400),
        ("Error Status : 400.User server return invalid conent-length value.", C.LENGTH, 400),
        ("Error Status : 400.User server return too long content-length value.", C.LENGTH, 400),
        ("Private address is forbidden to callback.", C.ADDRESS, None),
        ("Get image info failed.", C.OTHER, None),
        ("Too many callback requests.", C.OTHER, None),
        ("", C.UNSTATED, None),
    ],
)
def test_the_message_tells_the_cause(message: str, cause: CallbackCause, status: int | None) -> None:
    assert failed(message, "") == CallbackStatement(cause, status)


@pytest.mark.parametrize(
    ("ec", "cause"),
    [("0007-00000202", C.TIMEOUT), ("0007-00000203", C.STATUS), ("0007-00000205", C.NOT_JSON), ("0007-1", C.UNSTATED)],
)
def test_the_ec_helps_out_where_there_is_no_message(ec: str, cause: CallbackCause) -> None:
    assert failed("", ec).cause is cause


def gather(answer: bytes, sent: bytes | None = None) -> CallbackStatement | None:
    return gather_callback_statement(understood(sent or callbacks.upload("x"), answer), Context())


@pytest.mark.parametrize(
    ("message", "ec", "argument", "cause"),
    [
        ("The callback configuration is not json format.", "0007-00000101", "callback", C.CONFIG),
        ("The callback configuration is not base64 encoded.", None, "callback", C.CONFIG),
        ("The callback body is empty.", None, "callback", C.CONFIG),
        ("回调参数错误", None, "x-oss-callback", C.CONFIG),
        ("The callback var is not expecten json.", None, "callback-var", C.VARIABLES),
        ("Private address is forbidden to callback.", None, "callback", C.ADDRESS),
        ("The number of callback url exceed max value.", None, "callback", C.ADDRESS),
        (
            "Either the callback query string parameter or the x-oss-callback header should be specified, not both.",
            "0007-00000027",
            "callback",
            C.BOTH_CARRIERS,
        ),
    ],
)
def test_a_refusal_of_the_parameters_is_told(message: str, ec: str | None, argument: str, cause: CallbackCause) -> None:
    assert gather(callbacks.refused(message, ec, ArgumentName=argument)) == CallbackStatement(cause)


def test_answers_about_something_else_say_nothing() -> None:
    assert gather(callbacks.refused("Invalid part number.", ArgumentName="partNumber")) is None
    assert gather(response(403, "Forbidden", body=oss_error("AccessDenied", "callback is not yours"))) is None
    assert gather(response(200, body=oss_error("CallbackFailed", "stored object"))) is None
    assert gather(response(500, "Error", body=oss_error("InternalError", "Please try again."))) is None


def test_a_203_without_its_document_is_a_failed_callback_of_unknown_cause() -> None:
    assert gather(response(203, "Non-Authoritative Information")) == CallbackStatement(C.UNSTATED)
    assert gather(response(203, "N", request_id=None, server="nginx"), request("GET", "/k")) is None
    assert gather(response(203, "N", x_oss_ec="0007-00000202")) == CallbackStatement(C.TIMEOUT)
