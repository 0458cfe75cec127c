import pytest

from osspcap.oss.host_fault import HostFault, HostFaultKind
from tests.build.analyze import analyze_capture
from tests.build.refusals import denied


def fault(host: str, code: str = "NoSuchBucket") -> HostFault | None:
    exchange = analyze_capture(denied(code, "x", status=404, host=host)).exchanges[0]
    return exchange.facts.get(HostFault)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("rokid.rokid.oss-cn-hangzhou.aliyuncs.com", HostFaultKind.BUCKET_TWICE),
        ("a1b.rokid.oss-cn-hangzhou.aliyuncs.com", HostFaultKind.TWO_BUCKETS),
        ("rokid.oss-cn-hangzhou.aliyuncs.com/", HostFaultKind.SLASH),
        ("rokid.http://oss-cn-hangzhou.aliyuncs.com", HostFaultKind.SLASH),
        ("rokid. oss-cn-hangzhou.aliyuncs.com", HostFaultKind.BLANK),
        ("rokid.%20oss-cn-hangzhou.aliyuncs.com", HostFaultKind.BLANK),
    ],
)
def test_each_fault_has_its_kind_and_its_endpoint(host: str, kind: HostFaultKind) -> None:
    found = fault(host)
    assert found is not None
    assert (found.kind, found.endpoint) == (kind, "oss-cn-hangzhou.aliyuncs.com")


def test_a_cleaned_host_keeps_the_bucket() -> None:
    found = fault("rokid.http://oss-cn-hangzhou.aliyuncs.com/")
    assert found is not None
    assert found.wanted == "rokid.oss-cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("rokid.oss-cn-hangzhou.aliyuncs.com", "NoSuchBucket"),
        ("rokid.oss-cn-hangzhou.aliyuncs.com:80", "NoSuchBucket"),
        ("rokid.s3.oss-cn-hangzhou.aliyuncs.com", "NoSuchBucket"),
        ("a1b.rokid.oss-cn-hangzhou.aliyuncs.com", "NoSuchKey"),
        ("img.example.com", "NoSuchBucket"),
    ],
)
def test_a_host_as_it_should_be_has_none(host: str, code: str) -> None:
    assert fault(host, code) is None
