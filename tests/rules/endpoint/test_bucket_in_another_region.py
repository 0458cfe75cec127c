from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.refusals import denied, signed, told

CODE = "END001"
MESSAGE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            message=MESSAGE,
            Bucket="rokid",
            Endpoint="oss-cn-beijing.aliyuncs.com",
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "bucket rokid is served by oss-cn-beijing.aliyuncs.com and not by oss-cn-hangzhou.aliyuncs.com" in text
    assert "https://oss-cn-beijing-internal.aliyuncs.com" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            message=MESSAGE,
            Bucket="rokid",
            Endpoint="oss-cn-beijing.aliyuncs.com",
        )
    ) == ["bucket-in-another-region"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        ),
        CODE,
    ).findings


def test_the_ec_is_enough_for_head() -> None:
    capture = exchange_capture((request("HEAD", **signed()), response(403, "Forbidden", x_oss_ec="0003-00001403")))
    finding = only_finding(capture, CODE)
    assert finding.confidence == "likely"
    assert "another region" in finding.summary


def test_an_anonymous_request_gets_the_same_advice() -> None:
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    assert told(denied(message=message, key=None, Endpoint="oss-cn-beijing.aliyuncs.com")) == [
        "bucket-in-another-region"
    ]
