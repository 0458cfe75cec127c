import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.post_form import is_form, read_form

TYPE = "multipart/form-data; boundary=xyz"


def form(*parts: tuple[str, str], boundary: str = "xyz", end: bool = True) -> bytes:
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="C:\\dir\\pic 1.jpg"\r\nContent-Type: image/jpeg' if name == "file" else "")
        + f"\r\n\r\n{value}\r\n"
        for name, value in parts
    )
    return (body + (f"--{boundary}--\r\n" if end else "")).encode()


def test_fields_in_front_of_the_file_are_read_and_none_behind_it() -> None:
    read = read_form(TYPE, form(("key", "a/${filename}"), ("OSSAccessKeyId", "LTAI"), ("file", "x"), ("policy", "p")))
    assert read.values == {"key": "a/${filename}", "OSSAccessKeyId": "LTAI"}
    assert read.key == "a/pic 1.jpg"


def test_a_key_behind_the_file_does_not_count() -> None:
    assert read_form(TYPE, form(("file", "x"), ("key", "late"))).key is None


def test_empty_and_repeated_and_chinese_values() -> None:
    read = read_form(TYPE, form(("empty", ""), ("key", "目录/a"), ("key", "second"), ("file", "x")))
    assert read.values == {"empty": "", "key": "目录/a"}


def test_a_value_cut_by_the_window_is_left_out() -> None:
    raw = form(("policy", "p"), ("key", "upload/picture.jpg"))
    assert read_form(TYPE, raw[: raw.index(b"picture")]).values == {"policy": "p"}


@pytest.mark.parametrize("content_type", ['multipart/form-data; boundary="xyz"', "multipart/form-data"])
def test_boundary_quoted_or_only_in_the_body(content_type: str) -> None:
    assert read_form(content_type, form(("key", "k"), ("file", "x"))).key == "k"


def test_a_boundary_that_does_not_occur_gives_nothing() -> None:
    assert read_form("multipart/form-data; boundary=other", form(("key", "k"))).values == {}


def test_content_types_of_forms() -> None:
    assert is_form("Multipart/Form-Data; boundary=x")
    assert not is_form("application/x-www-form-urlencoded")


@given(st.text(max_size=60), st.binary(max_size=400))
def test_no_body_raises(content_type: str, body: bytes) -> None:
    read_form("multipart/form-data; " + content_type, body)
    read_form(TYPE, b"--xyz" + body)
