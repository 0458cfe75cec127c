import pytest
from fastcrc import crc64

from osspcap.model.multipart import Completion, FaultKind, MultipartUploads
from osspcap.oss.completion import MAX_FAULTS_OF_A_KIND
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import response
from tests.build.uploads import (
    Pair,
    complete,
    completed,
    copied_part,
    etag_of,
    healthy_upload,
    list_parts,
    part,
    refusal,
    stored,
)

REFUSED = refusal("InvalidPart")
TAG = etag_of(b"part")


def completion_of(*pairs: Pair) -> Completion:
    found = dissected(exchange_capture(*pairs)).facts.get(MultipartUploads)
    assert found is not None
    return found.uploads[0].completions[-1]


def faults(*pairs: Pair) -> list[tuple[FaultKind, int]]:
    return [(fault.kind, fault.place) for fault in completion_of(*pairs).faults]


def test_a_healthy_upload_has_the_checksums_that_are_put_together_from_its_parts() -> None:
    done = completion_of(*healthy_upload(b"one", b"two" * 100, b""))
    assert done.combined_crc64 == crc64.xz(b"one" + b"two" * 100)
    assert done.combined_etags[0].endswith("-3")
    assert not done.faults


def test_nothing_is_put_together_from_parts_that_were_not_captured() -> None:
    answer = completed(f"{TAG}-2", 1)
    done = completion_of(part(1), complete((1, TAG), (2, TAG), answer=answer))
    assert done.combined_crc64 is None
    assert completion_of(copied_part(1, TAG), complete((1, TAG), answer=answer)).combined_crc64 is None
    assert completion_of(part(1), complete((1, "A" * 32), answer=answer)).combined_crc64 is None
    assert completion_of(part(1), complete((1, TAG))).combined_etags == ()


def test_a_part_that_list_parts_showed_counts_as_well() -> None:
    done = completion_of(list_parts((1, b"part")), complete((1, TAG), answer=completed("", crc64.xz(b"part"))))
    assert done.combined_crc64 == crc64.xz(b"part")


@pytest.mark.parametrize("written", [TAG, TAG.lower()])
def test_tags_as_they_were_answered_are_no_fault(written: str) -> None:
    assert faults(part(1), complete((1, written), answer=REFUSED)) == []
    assert faults(part(1), complete((1, written), quoted=False, answer=REFUSED)) == []


def test_every_kind_of_fault_is_found_at_its_place() -> None:
    pairs = [part(1, b"a"), part(2, b"b"), part(3, answer=response(500, "Internal Server Error"))]
    wrong = complete((2, "null"), (1, TAG), (3, TAG), (4, TAG), ("x", TAG), answer=REFUSED)
    found = completion_of(*pairs, wrong)
    assert [
        (fault.kind, fault.place, fault.part) for fault in found.faults if fault.kind is not FaultKind.TOO_SMALL
    ] == [
        (FaultKind.NULL_ETAG, 0, 1),
        (FaultKind.ORDER, 1, None),
        (FaultKind.ETAG_DIFFERS, 1, 0),
        (FaultKind.NOT_UPLOADED, 2, 2),
        (FaultKind.NOT_UPLOADED, 3, None),
        (FaultKind.NUMBER, 4, None),
    ]


def test_the_last_try_counts_and_an_earlier_one_is_named() -> None:
    again = [part(1, b"old"), part(1, b"new")]
    assert faults(*again, complete((1, etag_of(b"new")), answer=REFUSED)) == []
    (fault,) = completion_of(*again, complete((1, etag_of(b"old")), answer=REFUSED)).faults
    assert (fault.kind, fault.part, fault.earlier, fault.number_of_etag) == (FaultKind.ETAG_DIFFERS, 1, 0, None)
    assert fault.stated is not None
    assert fault.stated.value == f'"{etag_of(b"new")}"'


def test_a_tag_of_another_part_is_told_as_mixed_up() -> None:
    pairs = [part(1, b"a"), part(2, b"b")]
    (fault, _) = completion_of(*pairs, complete((1, etag_of(b"b")), (2, etag_of(b"a")), answer=REFUSED)).faults[::2]
    assert (fault.kind, fault.number_of_etag) == (FaultKind.ETAG_DIFFERS, 2)


def test_list_parts_stands_in_for_uploads_that_were_not_captured() -> None:
    shown = list_parts((1, b"part"))
    assert faults(shown, complete((1, TAG), answer=REFUSED)) == []
    (fault,) = completion_of(shown, complete((1, "B" * 32), answer=REFUSED)).faults
    assert (fault.kind, fault.part) == (FaultKind.ETAG_DIFFERS, 0)


def test_an_answer_without_etag_proves_nothing() -> None:
    assert faults(part(1, answer=stored(b"part", ETag="")), complete((1, TAG), answer=REFUSED)) == []


def test_only_parts_before_the_last_have_to_be_large() -> None:
    small, large = b"s" * 102_399, b"l" * 102_400
    listed = [(number, etag_of(body)) for number, body in ((1, large), (2, small), (3, b"x"))]
    found = completion_of(
        part(1, large), part(2, small), part(3, b"x"), complete(*listed, answer=refusal("EntityTooSmall"))
    )
    assert [(fault.kind, fault.entry.number, fault.size) for fault in found.faults] == [
        (FaultKind.TOO_SMALL, 2, 102_399)
    ]


def test_faults_are_counted_and_not_all_kept() -> None:
    listed = [(number, "null") for number in range(1, 101)]
    done = completion_of(part(1), complete(*listed, answer=REFUSED))
    assert done.fault_counts[FaultKind.NULL_ETAG] == 100
    assert len([fault for fault in done.faults if fault.kind is FaultKind.NULL_ETAG]) == MAX_FAULTS_OF_A_KIND


def test_an_unanswered_or_unreadable_completion_is_left_alone() -> None:
    assert completion_of(part(1), complete(body=b"nothing", answer=REFUSED)).is_whole is False
    assert faults(part(1), complete((1, "null"), answer=b"")) == []


def test_a_list_that_is_longer_than_most_windows_is_read_whole() -> None:
    listed = [(number, TAG) for number in range(1, 1_501)]
    done = completion_of(part(1), complete(*listed, answer=REFUSED))
    assert (done.entry_count, done.is_whole) == (1_500, True)
    assert set(done.fault_counts) == {FaultKind.NOT_UPLOADED, FaultKind.TOO_SMALL}
