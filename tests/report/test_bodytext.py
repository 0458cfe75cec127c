from hypothesis import given
from hypothesis import strategies as st

from osspcap.report.bodytext import as_text, body_blocks, hex_dump


def test_text_in_any_language_is_text_and_bytes_are_not() -> None:
    assert as_text("上传 ok\r\n".encode()) == "上传 ok\r\n"
    assert as_text(b"\xff\xd8\xff\xe0") is None
    assert as_text(bytes(range(32))) is None
    assert as_text(b"") == ""


def test_a_character_cut_at_the_end_is_forgiven() -> None:
    assert as_text("上传".encode()[:-1]) == "上"
    assert as_text("上传".encode()[:-1] + b"abcdefgh") is None


def test_form_fields_stay_readable_beside_a_binary_file() -> None:
    data = (
        b'--b1\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\xd8\xff\xe0binary\x00'
        b'\r\n--b1\r\nContent-Disposition: form-data; name="key"\r\n\r\na.jpg\r\n--b1--\r\n'
    )
    blocks = list(body_blocks(data))
    assert [block.text is None for block in blocks] == [False, True, False, False]
    assert blocks[1].data == b"\xff\xd8\xff\xe0binary\x00"
    assert blocks[1].offset == data.index(b"\xff\xd8")
    assert "a.jpg" in (blocks[2].text or "")


@given(st.binary(max_size=300), st.booleans())
def test_the_blocks_together_are_the_body(data: bytes, is_form: bool) -> None:  # noqa: FBT001 - hypothesis
    body = b"--b\r\n" + data.replace(b"a", b"\r\n--b") if is_form else data
    blocks = list(body_blocks(body))
    assert b"".join(block.data for block in blocks) == body
    assert all(body[block.offset :].startswith(block.data) for block in blocks)


def test_a_hex_dump_shows_offset_bytes_and_characters() -> None:
    assert list(hex_dump(b"OSS\x00\x1b" + b"A" * 13, 0x100)) == [
        "00000100  4f 53 53 00 1b 41 41 41  41 41 41 41 41 41 41 41  OSS..AAAAAAAAAAA",
        "00000110  41 41                                             AA",
    ]
