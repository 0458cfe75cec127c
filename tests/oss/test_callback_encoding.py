import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.callback import CallbackParameter, Carrier, FaultKind
from osspcap.model.seen import Seen
from osspcap.oss.callback_encoding import read_parameter, type_name
from osspcap.oss.json_fault import JsonNumber
from osspcap.units import FrameNumber
from tests.build.callbacks import encoded

TEXT = '{"callbackUrl":"http://h.example.com/??>>","callbackBody":"a=1"}'


def read(value: str) -> CallbackParameter:
    origin = Seen(value, FrameNumber(4), "request header x-oss-callback", value.encode("utf-8", "replace"))
    return read_parameter(Carrier.HEADER, origin)


def test_a_valid_parameter_is_decoded() -> None:
    found = read(encoded(TEXT))
    assert found.fault is None
    assert found.members == json.loads(TEXT)


@pytest.mark.parametrize(
    ("value", "kind", "offset"),
    [
        ("", FaultKind.EMPTY, None),
        (TEXT, FaultKind.PLAIN_JSON, None),
        ("%7B%22callbackUrl%22%3A%22x%22%7D", FaultKind.PLAIN_JSON, 0),
        ("eyJhIjoiYiJ9%3D%3D", FaultKind.PERCENT_ENCODED, 12),
        (base64.urlsafe_b64encode(TEXT.encode()).decode(), FaultKind.URL_SAFE_BASE64, 51),
        ("not base64 at all!", FaultKind.NOT_BASE64, 17),
        (encoded(TEXT)[:20] + "\n" + encoded(TEXT)[20:], FaultKind.NOT_BASE64, 20),
        ("eyJhIjoi*iJ9", FaultKind.NOT_BASE64, 8),
        ("eyJh=IjoiYiJ9", FaultKind.NOT_BASE64, 4),
        ("eyJhI", FaultKind.NOT_BASE64, None),
        ("notbase64atall==", FaultKind.NOT_BASE64, None),
        (encoded('{"a":"bc"}').rstrip("="), FaultKind.UNPADDED, None),
        (encoded(encoded(TEXT)), FaultKind.DOUBLE_BASE64, None),
        (encoded(TEXT.encode("utf-16")), FaultKind.UTF16, 0),
        (encoded(TEXT.encode("utf-16-le")), FaultKind.UTF16, 1),
        (encoded(b"\xef\xbb\xbf" + TEXT.encode()), FaultKind.BOM, 0),
        (encoded('{"a":"中"}'.encode("gbk")), FaultKind.NOT_UTF8, 6),
        (encoded('["a"]'), FaultKind.MEMBER, 0),
        (encoded("{'a':'b'}"), FaultKind.SINGLE_QUOTES, 1),
    ],
)
def test_each_way_to_get_it_wrong_has_its_name(value: str, kind: FaultKind, offset: int | None) -> None:
    fault = read(value).fault
    assert fault is not None
    assert (fault.kind, fault.offset) == (kind, offset)


def test_what_can_be_read_behind_a_fault_is_read() -> None:
    assert "callbackUrl" in read(base64.urlsafe_b64encode(TEXT.encode()).decode()).members
    assert read(encoded('{"a":"bc"}').rstrip("=")).members == {"a": "bc"}
    assert "callbackUrl" in read(TEXT).members


def test_half_a_surrogate_pair_is_replaced() -> None:
    found = read(encoded('{"callbackUrl":"http://h/\\ud800","\\udc00":"\\ud83d\\ude00"}'))
    assert found.members == {"callbackUrl": "http://h/\ufffd", "\ufffd": "\U0001f600"}


@pytest.mark.parametrize(
    ("value", "name"),
    [({}, "object"), ([], "array"), (True, "boolean"), (None, "null"), ("", "string"), (JsonNumber("1"), "number")],
)
def test_types_have_their_json_names(value: object, name: str) -> None:
    assert type_name(value) == name


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: base64.b64encode(raw).decode()))
def test_no_value_raises(value: str) -> None:
    found = read(value)
    assert found.fault is not None or isinstance(found.members, dict)
