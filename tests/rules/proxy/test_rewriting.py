import pytest

from osspcap.model.finding import Confidence
from tests.build.http import DATE
from tests.build.mismatch import (
    OTHER_SECRET,
    SECRET,
    canonical,
    found,
    mismatch,
    only,
    report_on,
    shown,
    v1_request,
    v1_string,
    v4_request,
    v4_string,
)

SENT = v1_string(content_type="text/html")
CHANGED = v1_string(content_type="text/plain")
REQUEST = v1_request(SENT, Content_Type="text/html")


def test_both_strings_are_shown_one_beside_the_other() -> None:
    finding = only(report_on((REQUEST, mismatch(CHANGED))), "PRX101")
    (both,) = [item for item in finding.evidence if item.expected == SENT]
    assert (both.frame, both.field, both.observed) == (6, "response body <StringToSignBytes>, read as text", CHANGED)


@pytest.mark.parametrize(
    ("secret", "given", "told"),
    [
        (SECRET, SECRET, "reproduces the client's signature over the captured request"),
        (OTHER_SECRET, SECRET, "does not reproduce the client's signature"),
        (SECRET, None, "The client's signature covers the old value"),
    ],
)
def test_the_secret_says_what_the_client_signed(secret: str, given: str | None, told: str) -> None:
    report = report_on((v1_request(SENT, Content_Type="text/html", secret=secret), mismatch(CHANGED)), secret=given)
    assert found(report) == ["PRX101"]
    assert told in only(report, "PRX101").explanation


def test_several_changes_are_a_finding_each() -> None:
    changed = v1_string(content_type="text/plain", headers="x-oss-a:1\n")
    assert found(report_on((REQUEST, mismatch(changed)))) == ["PRX101", "PRX104"]


def test_marks_of_a_proxy_are_evidence() -> None:
    sent = v1_request(SENT, Content_Type="text/html", Via="1.1 corp-proxy-01")
    told = shown(only(report_on((sent, mismatch(CHANGED))), "PRX101"))
    assert "request header Via|1.1 corp-proxy-01" in told
    assert "(corp-proxy-01)" in told


def test_v4_lines_come_from_the_canonical_request() -> None:
    ours, theirs = (canonical(headers=f"content-type:{kind}\n") for kind in ("text/html", "text/plain"))
    sent = v4_request(v4_string(ours), Content_Type="text/html")
    finding = only(report_on((sent, mismatch(v4_string(theirs), request=theirs, ec="0002-00000201"))), "PRX101")
    assert finding.confidence is Confidence.CONFIRMED
    fields = [item.field for item in finding.evidence]
    assert "response body <CanonicalRequest>, Content-Type" in fields
    assert [item.expected for item in finding.evidence if item.field == "response body <CanonicalRequest>"] == [ours]


@pytest.mark.parametrize(
    "answer",
    [
        mismatch(CHANGED.replace("text/plain", "text***"), StringToSignBytes=""),
        mismatch(CHANGED.replace("\n\n", "\n"), StringToSignBytes=""),
        mismatch(CHANGED, StringToSign=CHANGED.replace("rokid", "other")),
        mismatch(SENT, request="x"),
    ],
    ids=["masked", "collapsed", "contradicts itself", "equal"],
)
def test_a_string_that_cannot_be_trusted_accuses_nobody(answer: bytes) -> None:
    assert not report_on((REQUEST, answer), only="PRX1").findings


def test_a_bucket_behind_an_access_point_is_no_change() -> None:
    host = "reports-0123-ossalias.oss-cn-hangzhou.aliyuncs.com"
    assert found(report_on((v1_request(v1_string(), host=host, Date=DATE), mismatch(v1_string())))) == ["SIG101"]


def test_many_requests_changed_alike_are_one_finding() -> None:
    pairs = [
        (
            v1_request(v1_string(resource=f"/rokid/{n}"), f"/{n}", Content_Type="text/html"),
            mismatch(v1_string(resource=f"/rokid/{n}", content_type=f"text/{n}")),
        )
        for n in range(9)
    ]
    assert only(report_on(*pairs), "PRX101").occurrences == 9
