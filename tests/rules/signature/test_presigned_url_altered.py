from urllib.parse import quote

import pytest

from osspcap.model.finding import Confidence
from tests.build.http import BUCKET_HOST, response
from tests.build.mismatch import (
    EXPIRES,
    KEY,
    OTHER_SECRET,
    SECRET,
    found,
    mismatch,
    only,
    refusal,
    report_on,
    shown,
    v1_signature,
    v1_string,
    v1_url,
)
from tests.build.signed import raw_request

SIGNED = v1_string("GET", "/rokid/k", date=str(EXPIRES))
PROCESSED = v1_string("GET", "/rokid/k?x-oss-process=image/resize,w_100", date=str(EXPIRES))
APPENDED = v1_url("/k", SIGNED, query="&x-oss-process=image%2Fresize,w_100")
INCOMPLETE = refusal(
    "AccessDenied", "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters."
)
# A signature with a plus in it, which is what goes wrong.
PLUS_KEY = next(f"k{n}" for n in range(99) if "+" in v1_signature(v1_string("GET", f"/rokid/k{n}", date=str(EXPIRES))))
PLUS_STRING = v1_string("GET", f"/rokid/{PLUS_KEY}", date=str(EXPIRES))
PLUS_SIGNATURE = v1_signature(PLUS_STRING)


def get(target: str, method: str = "GET") -> bytes:
    return raw_request(method, target, {"Host": BUCKET_HOST})


def with_signature(text: str) -> str:
    return f"/{PLUS_KEY}?OSSAccessKeyId={KEY}&Expires={EXPIRES}&Signature={text}"


@pytest.mark.parametrize(
    ("target", "answer", "told", "confidence"),
    [
        (
            v1_url("/k", SIGNED).replace("&", "&amp;"),
            INCOMPLETE,
            "it holds &amp; where & belongs",
            Confidence.CONFIRMED,
        ),
        (f"/k?OSSAccessKeyId={KEY}", INCOMPLETE, "Expires and Signature are missing", Confidence.LIKELY),
        (
            with_signature(PLUS_SIGNATURE.replace("=", "%3D")),
            mismatch(PLUS_STRING, SignatureProvided=PLUS_SIGNATURE.replace("+", " ")),
            "the + in its signature became a blank",
            Confidence.CONFIRMED,
        ),
        (
            with_signature(PLUS_SIGNATURE.replace("+", "%20")),
            mismatch(PLUS_STRING),
            "the + in its signature became a blank",
            Confidence.CONFIRMED,
        ),
        (
            with_signature(quote(quote(PLUS_SIGNATURE, safe=""), safe="")),
            mismatch(PLUS_STRING),
            "Signature is percent-encoded twice",
            Confidence.CONFIRMED,
        ),
        (APPENDED, mismatch(PROCESSED), "query parameter x-oss-process seems to have been appended", Confidence.LIKELY),
    ],
)
def test_what_the_target_shows(target: str, answer: bytes, told: str, confidence: Confidence) -> None:
    report = report_on((get(target), answer))
    assert found(report) == ["SIG105"]
    finding = only(report, "SIG105")
    assert finding.summary.endswith(f"the signed URL was altered after signing: {told}")
    assert finding.confidence is confidence


def test_the_doubt_about_an_appended_parameter_is_named_with_the_test_that_decides() -> None:
    finding = only(report_on((get(APPENDED), mismatch(PROCESSED))), "SIG105")
    assert "wrong access key secret" in finding.explanation
    assert "Opening the URL without the parameter decides" in finding.explanation
    assert "request query parameter x-oss-process|image/resize,w_100|not in the URL that was signed" in shown(finding)


def test_the_secret_proves_an_appended_parameter() -> None:
    finding = only(report_on((get(APPENDED), mismatch(PROCESSED)), secret=SECRET), "SIG105")
    assert finding.confidence is Confidence.CONFIRMED
    assert "query parameter x-oss-process was not signed" in finding.summary


def test_the_secret_proves_a_url_used_with_another_method() -> None:
    answer = mismatch(v1_string("HEAD", "/rokid/k", date=str(EXPIRES)), in_header=True)
    report = report_on((get(v1_url("/k", SIGNED), "HEAD"), answer), secret=SECRET)
    assert found(report) == ["SIG105"]
    assert "the method signed was GET" in only(report, "SIG105").summary


def test_the_same_url_accepted_elsewhere_proves_it_without_a_secret() -> None:
    report = report_on((get(v1_url("/k", SIGNED)), response(200, body=b"x")), (get(APPENDED), mismatch(PROCESSED)))
    assert found(report) == ["SIG105"]
    finding = only(report, "SIG105")
    assert finding.confidence is Confidence.CONFIRMED
    assert "exchange 0 has the same signature with another target" in finding.summary


def test_a_secret_that_clears_the_url_leaves_the_secret() -> None:
    url = v1_url("/k", PROCESSED, query="&x-oss-process=image%2Fresize,w_100", secret=OTHER_SECRET)
    assert found(report_on((get(url), mismatch(PROCESSED)), secret=SECRET)) == ["SIG101"]


@pytest.mark.parametrize(
    ("target", "string"),
    [
        (v1_url("/k", SIGNED, secret=OTHER_SECRET), SIGNED),
        (v1_url("/k", SIGNED, secret=OTHER_SECRET, query="&unsigned=1"), SIGNED),
        (v1_url("/k", PROCESSED, secret=OTHER_SECRET, before="x-oss-process=image%2Fresize,w_100&"), PROCESSED),
    ],
)
def test_a_url_as_it_was_issued_is_silent(target: str, string: str) -> None:
    assert found(report_on((get(target), mismatch(string)))) == ["SIG101"]
