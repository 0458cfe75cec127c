from io import BytesIO

import pytest

from osspcap.analysis import Options, dissect
from osspcap.model.secrets import Secrets
from osspcap.oss import signing_facts
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing_facts import Complaint, SigningFacts
from tests.build.analyze import exchange_capture
from tests.build.http import BUCKET_HOST, response
from tests.build.mismatch import (
    EXPIRES,
    KEY,
    OTHER_SECRET,
    SECRET,
    canonical,
    mismatch,
    refusal,
    v1_request,
    v1_signature,
    v1_string,
    v1_url,
    v4_request,
    v4_string,
)
from tests.build.signed import raw_request

SAME = v1_string()
SENT = v1_request(SAME)


def all_facts(*pairs: tuple[bytes, bytes], secret: str | None = None) -> list[SigningFacts | None]:
    dissection = dissect("-", Options(secrets=Secrets(default=secret)), stdin=BytesIO(exchange_capture(*pairs).pcap()))
    return [exchange.facts.get(SigningFacts) for exchange in dissection.exchanges]


def facts_of(sent: bytes, answer: bytes, secret: str | None = None) -> SigningFacts:
    (found,) = all_facts((sent, answer), secret=secret)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (mismatch(SAME), Complaint.MISMATCH),
        (response(403, "Forbidden", x_oss_ec="0002-00000201"), Complaint.MISMATCH),
        (refusal("AccessDenied", "SignatureDoesNotMatch The request signature"), Complaint.MISMATCH),
        (refusal("InvalidArgument", "Authorization header is invalid.", status=400), Complaint.FORM),
        (refusal("AccessDenied", "OSS authentication requires a valid Date."), Complaint.FORM),
        (refusal("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist."), Complaint.FORM),
        (refusal("AccessDenied", "whatever", ec="0002-00000502"), Complaint.FORM),
        (response(403, "Forbidden"), Complaint.UNSTATED),
        (refusal("AccessDenied", "You have no right to access this object."), None),
        (refusal("AccessDenied", "Request has expired.", ec="0002-00000069"), None),
        (refusal("NoSuchKey", "The specified key does not exist.", status=404), None),
        (response(404, "Not Found"), None),
        (response(200), None),
    ],
)
def test_only_refusals_about_signatures_are_looked_at(answer: bytes, complaint: Complaint | None) -> None:
    (found,) = all_facts((SENT, answer))
    assert (None if found is None else found.complaint) == complaint


def test_a_mismatch_is_compared_and_verified() -> None:
    facts = facts_of(SENT, mismatch(SAME), SECRET)
    assert facts.outcome is Outcome.EQUAL
    assert facts.has_secret
    assert facts.verification is not None
    assert facts.verification.as_captured
    wrong = facts_of(v1_request(SAME, secret=OTHER_SECRET), mismatch(SAME), SECRET)
    assert (wrong.has_secret, wrong.verification) == (True, None)
    assert not facts_of(SENT, mismatch(SAME)).has_secret


def test_a_secret_of_another_key_is_not_tried() -> None:
    capture = exchange_capture((SENT, mismatch(SAME)))
    options = Options(secrets=Secrets({"LTAIother": SECRET}))
    (exchange,) = dissect("-", options, stdin=BytesIO(capture.pcap())).exchanges
    facts = exchange.facts.get(SigningFacts)
    assert facts is not None
    assert not facts.has_secret


def test_a_document_that_contradicts_itself_supports_at_best() -> None:
    edited = mismatch(SAME.replace("rokid", "other"), StringToSign=SAME)
    facts = facts_of(SENT, edited)
    assert facts.comparison is not None
    assert facts.comparison.outcome is Outcome.DIFFERENT
    assert facts.outcome is Outcome.CONSISTENT
    neither = facts_of(SENT, mismatch(SAME.replace("rokid", "other"), StringToSign=SAME.replace("rokid", "third")))
    assert neither.outcome is Outcome.UNDECIDED
    assert neither.best is not None
    assert "contradict each other" in neither.best.reason


def test_the_bytes_win_where_they_agree_with_the_request() -> None:
    assert facts_of(SENT, mismatch(SAME, StringToSign=SAME.replace("rokid", "x"))).outcome is Outcome.EQUAL


def test_v4_is_compared_by_its_canonical_request() -> None:
    ours, theirs = canonical(), canonical(uri="/rokid/dir/b.txt")
    facts = facts_of(v4_request(v4_string(ours)), mismatch(v4_string(theirs), request=theirs))
    assert facts.outcome is Outcome.DIFFERENT
    assert facts.best is not None
    assert [difference.part for difference in facts.best.differences] == ["key"]


@pytest.mark.parametrize(
    ("elements", "count"),
    [
        ({"OSSAccessKeyId": "LTAI5tAnother000000001"}, 1),
        ({"OSSAccessKeyId": "LTAI5tAnother000000001", "SignatureProvided": v1_signature("x")}, 2),
        ({"OSSAccessKeyId": "LTAI****", "SignatureProvided": v1_signature("x")[:9] + "****"}, 0),
        ({"SignatureProvided": v1_signature(SAME)}, 0),
    ],
)
def test_what_oss_received_in_place_of_the_captured(elements: dict[str, str], count: int) -> None:
    parts: dict[str, str] = elements
    facts = facts_of(SENT, mismatch(SAME, request=None, ec="0002-00000040", in_header=False, **parts))
    assert len(facts.replaced) == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("&x-oss-process=image%2Fresize", ["x-oss-process"]),
        ("&response-content-type=text%2Fplain&versionId=1", ["response-content-type", "versionId"]),
        ("&security-token=abc&uploadId=1&partNumber=2&foo=1", []),
        ("", []),
    ],
)
def test_parameters_that_look_appended_to_a_v1_url(query: str, names: list[str]) -> None:
    target = v1_url("/k", SAME, query=query)
    facts = facts_of(raw_request("GET", target, {"Host": BUCKET_HOST}), mismatch(v1_string("GET", date=str(EXPIRES))))
    assert [seen.field.rpartition(" ")[2] for seen in facts.added] == names


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [("prefix=a&", "", []), ("utm_source=mail&", "", ["utm_source"]), ("", "&acl", ["acl"]), ("", "&x-oss-zzz=1", [])],
)
def test_parameters_that_look_appended_to_a_v4_url(before: str, after: str, names: list[str]) -> None:
    scheme = f"x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential={KEY}%2F20181229%2Fcn-hangzhou%2Foss%2F"
    target = (
        f"/k?{before}{scheme}aliyun_v4_request&x-oss-date=20181229T073234Z&x-oss-expires=900&x-oss-signature=a{after}"
    )
    facts = facts_of(raw_request("GET", target, {"Host": BUCKET_HOST}), mismatch(v4_string(canonical())))
    assert [seen.field.rpartition(" ")[2] for seen in facts.added] == names


def test_dear_work_is_limited_in_a_capture_of_nothing_but_mismatches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_facts, "MAX_COMPARED", 3)
    monkeypatch.setattr(signing_facts, "MAX_VERIFIED", 2)
    found = all_facts(*((SENT, mismatch(SAME)) for _ in range(5)), secret=SECRET)
    assert [facts is not None and facts.comparison is not None for facts in found] == [True] * 3 + [False] * 2
    assert [facts is not None and facts.has_secret for facts in found] == [True] * 2 + [False] * 3
    assert found[4] is not None
    assert found[4].skipped == "only the first 3 mismatches of a capture are compared"


@pytest.mark.parametrize("cut", [5, 40, 90])
def test_a_head_that_was_cut_is_not_compared(cut: int) -> None:
    raw = v1_request(v1_string(headers="x-oss-a:1\n"), x_oss_a="1")
    capture = exchange_capture()
    tcp = capture.tcp(cport=50001)
    tcp.handshake()
    tcp.client(raw[:cut], acknowledge=False)
    tcp.lose(0, raw[cut : cut + 4])
    tcp.client(raw[cut + 4 :])
    tcp.server(mismatch(v1_string(headers="x-oss-a:1\n")))
    for exchange in dissect("-", stdin=BytesIO(capture.pcap())).exchanges:
        facts = exchange.facts.get(SigningFacts)
        assert facts is None or (facts.skipped and facts.comparison is None)
