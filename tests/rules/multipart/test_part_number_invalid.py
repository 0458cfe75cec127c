import pytest

from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import oss_error, response
from tests.build.uploads import KEY, UPLOAD, complete, etag_of, healthy_upload, part, refusal

MESSAGE = "Part number must be an integer between 1 and 10000, inclusive."
REFUSED = response(400, "Bad Request", body=oss_error("InvalidArgument", MESSAGE, ArgumentName="partNumber"))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("0", "has partNumber 0"),
        ("10001", "has partNumber 10001"),
        ("one", "has partNumber one"),
        ("", "has no partNumber"),
    ],
)
def test_a_number_out_of_range_is_an_error_that_shows_it(number: str, told: str) -> None:
    capture = exchange_capture(part(number, answer=REFUSED))
    finding = only_finding(capture, "MPU008")
    assert finding.summary.startswith(
        f"UploadPart {told}, which has to be a whole number from 1 to 10000: UploadPart of"
    )
    assert evidence_of(finding)[0] == (4, "request line", f"PUT {KEY}?partNumber={number}&uploadId={UPLOAD} HTTP/1.1")
    assert [item.rule for item in faults(analyze_capture(capture))] == ["MPU008"]


def test_a_list_with_such_a_number_is_told_as_well() -> None:
    done = complete((0, etag_of(b"part")), answer=refusal("InvalidPartOrder"))
    capture = exchange_capture(part(1), done)
    finding = only_finding(capture, "MPU008")
    assert finding.summary.startswith(
        "the list of parts has the number 0, which has to be a whole number from 1 to 10000"
    )
    assert [item.rule for item in faults(analyze_capture(capture))] == ["MPU008"]


def test_many_of_them_are_one_finding() -> None:
    parts = [part(number, answer=REFUSED) for number in range(10_001, 10_011)]
    assert only_finding(exchange_capture(*parts), "MPU008").occurrences == 10


def test_other_refusals_and_numbers_at_the_limits_are_silent() -> None:
    denied = part(0, answer=refusal("AccessDenied"))
    for pairs in ([denied], [part(1), part(10_000)], healthy_upload(b"x")):
        assert not analyze_capture(exchange_capture(*pairs), "MPU008").findings
