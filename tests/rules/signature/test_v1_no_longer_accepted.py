import pytest

from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import found, mismatch, only, refusal, report_on, v1_request, v1_string

EC = "0002-00000080"


def sent(agent: str = "") -> bytes:
    return v1_request(v1_string(), User_Agent=agent, Connection="keep-alive")


def test_message_in_full() -> None:
    agent = "aliyun-sdk-python/2.15.0(Linux/5.4/x86_64;3.9.1)"
    report = report_on((sent(agent), refusal("AccessDenied", "x", ec=EC)))
    assert found(report) == ["SIG113"]
    finding = only(report, "SIG113")
    assert finding.summary == (
        f"OSS refused PutObject of rokid/dir/a.txt with 403 AccessDenied (request ID {REQUEST_ID}): "
        "V1 signatures are no "
        "longer accepted here, V4 is needed"
    )
    assert finding.fix[0].startswith("Upgrade OSS SDK for Python (oss2) from 2.15.0 to 2.18.4 or later, then use ")


@pytest.mark.parametrize(
    ("agent", "step"),
    [
        (
            "aliyun-sdk-java/3.18.1(Linux/5.4/amd64;1.8.0)",
            "In OSS SDK for Java V1 3.18.1, set `ClientBuilderConfiguration",
        ),
        ("aliyun-sdk-ruby/0.8.0 ruby-3.2/x86_64-linux", "OSS SDK for Ruby cannot sign with V4"),
        (
            "alibabacloud-go-sdk-v2/1.5.1 (linux/-/amd64;go1.22)",
            "OSS SDK for Go V2 signs with V4 unless told otherwise",
        ),
        ("my-own-client/1.0", "Sign with V4"),
    ],
)
def test_the_client_that_signed_gets_its_own_step(agent: str, step: str) -> None:
    finding = only(report_on((sent(agent), refusal("AccessDenied", "x", ec=EC))), "SIG113")
    assert finding.fix[0].startswith(step)


def test_it_comes_before_any_comparison() -> None:
    assert found(report_on((sent(), mismatch(v1_string("GET"), ec=EC)))) == ["SIG113"]
    assert found(report_on((sent(), mismatch(v1_string(), ec=EC)))) == ["SIG113"]
    head = v1_request(v1_string("HEAD"), method="HEAD")
    assert found(report_on((head, response(403, "Forbidden", x_oss_ec=EC)))) == ["SIG113"]


def test_other_codes_are_silent() -> None:
    assert not report_on((sent(), mismatch(v1_string())), only="SIG113").findings
