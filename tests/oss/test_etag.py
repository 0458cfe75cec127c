import pytest

from osspcap.oss.etag import bare_etag, is_md5, is_nothing, multipart_etags, part_count, stated_etag
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.uploads import copied_part, etag_of, part

TAG = "3349DC700140D7F86A078484278075A9"


@pytest.mark.parametrize(
    "written", [TAG, f'"{TAG}"', TAG.lower(), f"&quot;{TAG}&quot;", f" '{TAG}' ", f'W/"{TAG}"', f"&#34;{TAG}&#34;\n"]
)
def test_tags_are_equal_however_they_are_written(written: str) -> None:
    assert bare_etag(written) == TAG
    assert is_md5(bare_etag(written))


@pytest.mark.parametrize("written", ["", "null", '"null"', "undefined", "&quot;&quot;", "NaN", "None", "nil"])
def test_what_programs_write_without_a_tag_is_nothing(written: str) -> None:
    assert is_nothing(bare_etag(written))


def test_a_tag_is_something() -> None:
    assert not is_nothing(TAG)
    assert not is_md5(f"{TAG}-3")
    assert (part_count(f"{TAG}-3"), part_count(TAG), part_count("X-3")) == (3, None, None)


def test_the_tag_of_a_multipart_object_is_the_one_of_the_api_reference() -> None:
    parts = [TAG, "8EFDA8BE206636A695359836FE0A0E0A", "8C315065167132444177411FDA149B92"]
    assert multipart_etags(parts) == ("B864DB6A936D376F9F8D3ED3BBE540DD-3", "13C26788E3F61FD701D6188DD4E84292-3")
    assert len(multipart_etags(["null"])) == 1


def test_a_copied_part_states_its_tag_in_the_body() -> None:
    report = analyze_capture(exchange_capture(copied_part(1, TAG), part(2)))
    stated = [stated_etag(exchange) for exchange in report.exchanges]
    assert [(seen.value, seen.field) for seen in stated if seen is not None] == [
        (f'"{TAG}"', "response body <ETag>"),
        (f'"{etag_of(b"part")}"', "response header ETag"),
    ]
