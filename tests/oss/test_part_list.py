import pytest

from osspcap.oss.part_list import MAX_ENTRIES, read_part_list, whole_number
from tests.build.uploads import part_list

TAG = "3349DC700140D7F86A078484278075A9"


@pytest.mark.parametrize("tag", [TAG, TAG.lower(), f'"{TAG}"'])
def test_entries_come_in_order_with_their_tags_bare(tag: str) -> None:
    entries, is_whole = read_part_list(part_list((2, tag), (1, tag), quoted=False))
    assert is_whole
    assert [(entry.number, entry.etag) for entry in entries] == [(2, TAG), (1, TAG)]


def test_namespaces_blanks_case_and_a_bom_do_not_matter() -> None:
    text = (
        f'\ufeff<?xml version="1.0"?>\n<CompleteMultipartUpload xmlns="http://s3.example"><!-- x -->\n <part>\n'
        f"  <partnumber> 7 </partnumber><ETag>&quot;{TAG}&quot;</ETag></part></CompleteMultipartUpload>\n"
    )
    ((entry,), is_whole) = read_part_list(text.encode())
    assert (entry.number, entry.etag, entry.etag_text, is_whole) == (7, TAG, f'"{TAG}"', True)


def test_sizes_and_crcs_of_list_parts_are_read() -> None:
    text = (
        b"<ListPartsResult><Part><PartNumber>1</PartNumber><Size>102400</Size>"
        b"<HashCrc64ecma>11051210869376104954</HashCrc64ecma></Part></ListPartsResult>"
    )
    ((entry,), _) = read_part_list(text)
    assert (entry.size, entry.crc64, entry.etag) == (102_400, 11051210869376104954, "")


def test_a_cut_list_gives_what_was_captured() -> None:
    text = part_list((1, TAG), (2, TAG), (3, TAG))
    for cut in range(30, 110):
        entries, is_whole = read_part_list(text[:-cut])
        assert [(entry.number, entry.etag) for entry in entries] == [(1, TAG), (2, TAG)][: len(entries)]
        assert len(entries) >= 1
        assert not is_whole


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"PartNumber=1", b"<", b"<\xff\xfe>", b"\x00<a>", b"<?xml version='1.0'"]
)
def test_what_is_no_list_is_empty(content: bytes) -> None:
    assert read_part_list(content) == ((), False)


def test_numbers_that_are_none_are_kept_as_text() -> None:
    entries, _ = read_part_list(part_list(("one", TAG), ("", TAG), ("1.5", TAG), ("-1", TAG)))
    assert [(entry.number, entry.number_text) for entry in entries] == [
        (None, "one"),
        (None, ""),
        (None, "1.5"),
        (-1, "-1"),
    ]
    assert whole_number("9" * 30) is None


def test_entities_are_not_expanded_and_lists_are_bounded() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        b"<CompleteMultipartUpload><Part><PartNumber>&b;</PartNumber></Part></CompleteMultipartUpload>"
    )
    ((entry,), _) = read_part_list(bomb)
    assert "aaaa" not in entry.number_text
    entries, is_whole = read_part_list(part_list(*((1, "") for _ in range(MAX_ENTRIES + 5))))
    assert len(entries) == MAX_ENTRIES - 1
    assert not is_whole
