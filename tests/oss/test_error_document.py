import base64
import json
import random
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import ErrorDocument
from osspcap.oss import error_document as module
from osspcap.oss.error_document import MAX_ELEMENTS, parse_error
from tests.build.http import BUCKET_HOST, REQUEST_ID, oss_error, response
from tests.build.pairs import body, parse


def error_of(content: bytes, status: int = 403, err: str = "", ec: str = "") -> ErrorDocument | None:
    raw = response(status, "X", body=content, x_oss_err=err, x_oss_ec=ec)
    return parse_error(parse(raw, is_request=False, frame=2))


def read(content: bytes) -> ErrorDocument:
    found = error_of(content)
    assert found is not None
    return found


def test_an_error_document_is_read_with_its_origin() -> None:
    found = read(oss_error("AccessDenied", "You have no right", ec="0003-00000001", Key="a &amp; b"))
    assert found.code.value == "AccessDenied"
    assert (found.code.field, found.code.frame) == ("response body <Code>", 2)
    assert found.message is not None
    assert found.message.value == "You have no right"
    assert found.request_id is not None
    assert found.request_id.value == REQUEST_ID
    assert found.host_id is not None
    assert found.host_id.value == BUCKET_HOST
    assert found.ec is not None
    assert found.ec.value == "0003-00000001"
    assert (found.fields["Key"].value, found.fields["Key"].raw) == ("a & b", b"a &amp; b")
    assert found.complete
    assert found.source == "response body"


def test_broken_prolog_and_blanks_around_values_are_tolerated_and_raw_is_kept() -> None:
    found = read(
        b'<? xml version="1.0" encoding="UTF-8"? >\n<Error>\n<Code>SignatureDoesNotMatch</Code>'
        b"<RequestId> 5C2723573183A12D </RequestId><OSSAccessKeyId> LTAIknFr </OSSAccessKeyId></Error>"
    )
    assert found.request_id is not None
    assert (found.request_id.value, found.request_id.raw) == ("5C2723573183A12D", b" 5C2723573183A12D ")
    assert found.fields["OSSAccessKeyId"].value == " LTAIknFr "


def test_unescaped_ampersands_keep_the_signed_string_whole() -> None:
    found = read(b"<Error><Code>C</Code><StringToSign>GET\n\n/b/k?a=1&b=2&amp;c=3</StringToSign></Error>")
    assert found.fields["StringToSign"].value == "GET\n\n/b/k?a=1&b=2&c=3"


def test_nested_elements_are_named_by_their_path() -> None:
    detail = "<AuthAction>oss:GetObject</AuthAction><PolicyType>SessionPolicy</PolicyType>"
    found = read(oss_error("AccessDenied", "m", AccessDeniedDetail=detail))
    assert found.fields["AccessDeniedDetail.AuthAction"].value == "oss:GetObject"
    assert found.fields["AccessDeniedDetail.PolicyType"].field == "response body <AccessDeniedDetail.PolicyType>"


def test_a_cut_document_keeps_what_could_be_read_and_says_so() -> None:
    found = read(b"<Error><Code>NoSuchKey</Code><Message>The specified key does")
    assert not found.complete
    assert found.code.value == "NoSuchKey"
    assert found.message is not None
    assert found.message.value == "The specified key does"


def test_a_code_cut_in_its_middle_is_no_code() -> None:
    assert error_of(b"<Error><Code>NoSuch") is None


def test_a_body_cut_on_the_wire_makes_the_document_incomplete() -> None:
    message = parse(response(403, "X", body=oss_error("C", "m")), is_request=False, frame=2)
    cut = replace(message, body=body(oss_error("C", "m"), message.frame, complete=False))
    found = parse_error(cut)
    assert found is not None
    assert not found.complete


@pytest.mark.parametrize(("encoding", "text"), [("GBK", "目录"), ("gb2312", "文件"), ("", "文件")])
def test_gbk_bytes_are_read_declared_or_not(encoding: str, text: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    found = read((prolog + f"<Error><Code>C</Code><Key>{text}</Key></Error>").encode("gbk"))
    assert found.fields["Key"].value == text


def test_utf8_cut_inside_its_last_character_is_still_utf8() -> None:
    found = read("<Error><Code>C</Code><Key>目录".encode()[:-1])
    assert found.fields["Key"].value == "目"


def test_a_byte_order_mark_and_a_namespace_are_skipped() -> None:
    content = b'\xef\xbb\xbf<Error xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com"><Code>C</Code></Error>'
    assert read(content).code.value == "C"


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = b'<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    found = read(bomb + b"<Error><Code>C</Code><Message>&a;&f;</Message></Error>")
    assert found.message is not None
    assert found.message.value == "&a;&f;"


def test_elements_are_bounded_in_number_and_depth() -> None:
    many = b"<Error><Code>C</Code>" + b"".join(b"<E%d>x</E%d>" % (i, i) for i in range(5000)) + b"</Error>"
    assert len(read(many).fields) <= MAX_ELEMENTS
    assert error_of(b"<Error>" * 20_000) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>403 Forbidden</body></html>",
        b"<html><title>Error</title></html>",
        b"plain Error",
        b"\x00\xff",
        b'{"Code": "Success", "Data": {}}',
        b"{" * 5000,
        b"[" * 100_000,
        b"<Wrapped><Error><Code>C</Code></Error></Wrapped>",
    ],
)
def test_pages_that_are_no_error_documents_give_none(content: bytes) -> None:
    assert error_of(content) is None


def test_head_errors_come_from_the_header() -> None:
    encoded = base64.b64encode(oss_error("NoSuchKey", "m")).decode()
    found = error_of(b"", 404, err=encoded.rstrip("="), ec="0026-00000001")
    assert found is not None
    assert found.code.value == "NoSuchKey"
    assert found.code.field == "response header x-oss-err <Code>"
    assert found.source == "response header x-oss-err"
    assert found.ec is not None
    assert (found.ec.value, found.ec.field) == ("0026-00000001", "response header x-oss-ec")


def test_without_a_document_no_code_is_invented() -> None:
    assert error_of(b"", 404, ec="0026-00000001") is None
    assert error_of(b"", 404, err="!!!") is None


def test_errors_of_the_token_service_are_read_from_json() -> None:
    document = {
        "RequestId": "B8A2",
        "HostId": "sts.aliyuncs.com",
        "Code": "NoPermission",
        "Message": "denied",
        "Recommend": "https://api.aliyun.com/x",
        "AccessDeniedDetail": {"AuthAction": "sts:AssumeRole", "List": [1, 2]},
    }
    found = read(json.dumps(document).encode())
    assert found.code.value == "NoPermission"
    assert found.request_id is not None
    assert found.request_id.value == "B8A2"
    assert found.fields["AccessDeniedDetail.AuthAction"].value == "sts:AssumeRole"


@given(st.binary(max_size=300))
def test_no_body_raises(content: bytes) -> None:
    error_of(content)
    error_of(b"<Error><Code>C</Code>" + content + b"</Error>")
    error_of(b'{"Code": "C", "RequestId": "r", "x": ' + content + b"}")
    error_of(b"", err=base64.b64encode(content).decode())


PIECES = [
    *(b"<Error>", b"</Error>", b"<Code>", b"</Code>", b"<Code", b"<a>", b"</a>", b"<a/>", b"<ns:Code>", b"</ns:Code>"),
    *(b'<Error xmlns="u">', b"<!-- c -->", b"<?pi?>", b"]]>", b"&amp;", b"&", b"\r\n", b" ", b"\t", b"x", b"."),
    *(b"'", b'"', b"\x01", b"\x7f", b"\xe4", b"\xef\xbb\xbf"),
]


def test_what_is_read_without_the_parser_is_what_the_parser_reads() -> None:
    rng = random.Random(1)
    documents = [
        oss_error("NoSuchKey", "It's gone.", ec="0026-00000001"),
        b"<Error><Code> X </Code><Code>Y</Code></Error>",
    ]
    plain = 0
    for _ in range(20_000):
        content = bytearray(rng.choice(documents))
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(content) + 1)
            content[at : at + rng.choice((0, 0, 0, 1, 5, 12))] = rng.choice(PIECES) if rng.random() < 0.7 else b""
        found = module._read_plain(bytes(content).lstrip())
        if found is not None:
            plain += 1
            read, is_whole = module._read_xml(bytes(content).lstrip())
            assert (list(read.items()), is_whole) == (list(found.items()), True)
    assert plain > 4_000


def test_the_parser_is_asked_for_what_is_not_plain_only() -> None:
    with mock.patch.object(module, "_read_xml", wraps=module._read_xml) as parser:
        assert error_of(oss_error("NoSuchKey", "Gone.")) is not None
        assert parser.call_count == 0
        for content in (
            oss_error("NoSuchKey", "a &amp; b"),
            oss_error("NoSuchKey", "\u00e4"),
            b"<Error><Code>X</Code>",
        ):
            error_of(content)
        assert parser.call_count == 3
