import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.form import FormFaultKind, PostForm
from osspcap.oss.post_form import MAX_PARTS, MAX_VALUE_BYTES, is_form, looks_like_form, read_form
from tests.build.forms import CLIENTS, Client, Form
from tests.build.pairs import parse

TYPE = "multipart/form-data; boundary=xyz"


def form(*parts: tuple[str, str], boundary: str = "xyz", end: bool = True) -> bytes:
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="C:\\dir\\pic 1.jpg"\r\nContent-Type: image/jpeg' if name == "file" else "")
        + f"\r\n\r\n{value}\r\n"
        for name, value in parts
    )
    return (body + (f"--{boundary}--\r\n" if end else "")).encode()


def read(body: bytes, content_type: str = TYPE) -> PostForm:
    return read_form(parse(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" + body, is_request=True, frame=1), content_type)


def kinds(found: PostForm) -> list[FormFaultKind]:
    return [fault.kind for fault in found.faults]


def test_fields_in_front_of_the_file_are_read_and_those_behind_it_are_ignored() -> None:
    found = read(form(("key", "a/${filename}"), ("OSSAccessKeyId", "LTAI"), ("file", "x"), ("policy", "p")))
    assert found.texts == {"key": "a/${filename}", "OSSAccessKeyId": "LTAI"}
    assert [part.name for part in found.ignored] == ["policy"]
    assert (found.key, found.file_size, found.is_closed) == ("a/pic 1.jpg", 1, True)
    assert not found.faults


def test_a_key_behind_the_file_does_not_count() -> None:
    assert read(form(("file", "x"), ("key", "late"))).key is None


def test_a_key_in_another_case_does_not_count_and_is_found_all_the_same() -> None:
    found = read(form(("Key", "k"), ("file", "x")))
    assert found.key is None
    part = found.likely_field("key")
    assert part is not None
    assert part.name == "Key"


def test_empty_and_repeated_and_chinese_values() -> None:
    found = read(form(("empty", ""), ("key", "目录/a"), ("key", "second"), ("file", "x")))
    assert found.texts == {"empty": "", "key": "目录/a"}


def test_a_value_cut_by_the_window_is_left_out() -> None:
    raw = form(("policy", "p"), ("key", "upload/picture.jpg"))
    found = read(raw[: raw.index(b"picture")])
    assert (found.texts, found.parts[-1].is_cut) == ({"policy": "p"}, True)


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; boundary="xyz"', "Multipart/Form-Data;charset=x;boundary=xyz"]
)
def test_boundaries_as_they_are_written(content_type: str) -> None:
    assert read(form(("key", "k"), ("file", "x")), content_type).key == "k"


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("multipart/form-data", FormFaultKind.NO_BOUNDARY),
        ("multipart/form-data; boundary=other", FormFaultKind.OTHER_BOUNDARY),
    ],
)
def test_the_body_is_read_where_content_type_does_not_help(content_type: str, kind: FormFaultKind) -> None:
    found = read(form(("key", "k"), ("file", "x")), content_type)
    assert (found.key, kinds(found)) == ("k", [kind])


def test_a_form_under_another_type() -> None:
    body = form(("key", "k"), ("file", "x"))
    assert looks_like_form(body)
    found = read(body, "application/json")
    assert (found.is_multipart, found.key, found.faults) == (False, "k", ())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FormFaultKind.EMPTY),
        (b"hello", FormFaultKind.NO_DELIMITER),
        (form(("key", "k"), end=False), FormFaultKind.UNTERMINATED),
        (form(("key", "k")).replace(b"\r\n", b"\n"), FormFaultKind.LINE_ENDS),
        (b"--xyz\r\nContent-Disposition: form-data; name=a\n\nv", FormFaultKind.LINE_ENDS),
        (b"--xyz\r\nContent-Disposition form-data\r\n\r\nx\r\n--xyz--", FormFaultKind.PART_HEAD),
        (b"--xyz\r\nX: form-data\r\n\r\nx\r\n--xyz--", FormFaultKind.PART_HEAD),
        (b"--xyzabc\r\n\r\nx\r\n--xyz--\r\n", FormFaultKind.GRAMMAR),
        (b'--xyz\r\nContent-Disposition: form-data; x="y"\r\n\r\nx\r\n--xyz--', FormFaultKind.NO_NAME),
        (b"junk\r\n" + form(("key", "k")), FormFaultKind.NOT_FIRST),
    ],
)
def test_what_is_wrong_with_the_shape(body: bytes, kind: FormFaultKind) -> None:
    assert kind in kinds(read(body))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("is_named", [True, False])
def test_forms_of_all_clients(client: Client, is_named: bool) -> None:  # noqa: FBT001 - parametrized
    written = Form([("key", "a b/ü"), ("x", "")], client=client, filename="ü 1.png" if is_named else None)
    found = read(written.body(), f"multipart/form-data; boundary={client.boundary}")
    assert found.texts == {"key": "a b/ü", "x": ""}
    assert found.file is not None
    assert (found.file.filename, found.file_size) == ("ü 1.png" if is_named else None, len(written.file or b""))
    assert (found.faults, found.is_closed, found.is_captured) == ((), True, True)


def test_quotation_marks_and_foreign_bytes_in_names() -> None:
    raw = b'--xyz\r\nContent-Disposition: form-data; name="a%22b"; filename="c\\"d \xff.png"\r\n\r\nx\r\n--xyz--'
    (part,) = read(raw).parts
    assert (part.name, part.filename) == ('a"b', 'c"d \ufffd.png')


def test_many_fields_are_counted_and_few_kept() -> None:
    found = read(form(*((f"f{number}", "v") for number in range(10_000))))
    assert (found.part_count, len(found.parts)) == (10_000, MAX_PARTS)


def test_a_large_value_is_kept_in_part() -> None:
    (part,) = read(form(("big", "v" * (MAX_VALUE_BYTES + 10)))).parts
    assert (part.size, len(part.value.value), part.is_cut) == (MAX_VALUE_BYTES + 10, MAX_VALUE_BYTES, True)


def test_the_latest_form_is_read_once() -> None:
    message = parse(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" + form(("key", "k")), is_request=True, frame=1)
    assert read_form(message, TYPE) is read_form(message, TYPE)


def test_content_types_of_forms() -> None:
    assert is_form("Multipart/Form-Data; boundary=x")
    assert not is_form("application/x-www-form-urlencoded")


@given(st.text(max_size=60), st.binary(max_size=400))
def test_no_body_raises(content_type: str, body: bytes) -> None:
    read(body, "multipart/form-data; " + content_type)
    read(b"--xyz" + body)
    read(b'--xyz\r\nContent-Disposition: form-data; name="' + body + b"\r\n--xyz")
