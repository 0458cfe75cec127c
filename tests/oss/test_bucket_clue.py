import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.bucket_clue import bucket_clue, signed_resource
from osspcap.oss.error_document import parse_error
from tests.build.http import oss_error, response
from tests.build.pairs import parse

HOST = {"HostId": "img.example.com"}


def clue_of(content: bytes, status: int = 403) -> tuple[str, str, str] | None:
    message = parse(response(status, "X", body=content), is_request=False, frame=2)
    return bucket_clue(message, parse_error(message) if status >= 400 else None)


@pytest.mark.parametrize(
    ("elements", "resource"),
    [
        ({"StringToSign": "GET\n\n\nDate\n/my-bucket/dir/k"}, "/my-bucket/dir/k"),
        ({"StringToSign": "GET\n\n\nDate\n/my-bucket/dir/k?acl"}, "/my-bucket/dir/k"),
        ({"StringToSign": "GET\n\n\nDate\n\n%2Fmy-bucket%2Fdir%2Fk?x=1"}, "/my-bucket/dir/k"),
        (
            {"StringToSign": "OSS4\n2025\nscope\nhash", "CanonicalRequest": "GET\n/my-bucket/dir%2Fk\n\nh\n"},
            "/my-bucket/dir/k",
        ),
    ],
)
def test_the_signed_resource_names_the_bucket(elements: dict[str, str], resource: str) -> None:
    content = oss_error("SignatureDoesNotMatch", "m", **elements, **HOST)
    assert clue_of(content) == ("my-bucket", "StringToSign", resource)


def test_the_bytes_are_believed_before_the_text() -> None:
    octets = b"GET\n\n\nDate\n/real-bucket/k".hex(" ").upper() + " "
    content = oss_error("SignatureDoesNotMatch", "m", StringToSign="GET\n\n\nD\n/masked/k", StringToSignBytes=octets)
    clue = clue_of(content)
    assert clue is not None
    assert clue[0] == "real-bucket"


def test_masked_bytes_fall_back_to_the_text() -> None:
    content = oss_error("S", "m", StringToSign="GET\n\n\nD\n/text-bucket/k", StringToSignBytes="47 45 ** **")
    clue = clue_of(content)
    assert clue is not None
    assert clue[0] == "text-bucket"


def test_error_elements_and_host_id_name_the_bucket() -> None:
    assert clue_of(oss_error("NoSuchKey", "m", BucketName="b-1", **HOST)) == ("b-1", "error BucketName", "")
    assert clue_of(oss_error("AccessDenied", "m", Bucket="b-2", **HOST)) == ("b-2", "error Bucket", "")
    assert clue_of(oss_error("AccessDenied", "m")) == ("rokid", "error HostId", "")
    assert clue_of(oss_error("AccessDenied", "m", **HOST)) is None


def test_listings_and_multipart_answers_name_the_bucket_but_objects_do_not() -> None:
    listing = b'<?xml version="1.0"?>\n<ListBucketResult xmlns="x">\n<Name>b-3</Name>'
    assert clue_of(listing, 200) == ("b-3", "response body", "")
    started = b"<InitiateMultipartUploadResult>\n<Bucket>b-4</Bucket><Key>k</Key>"
    assert clue_of(started, 200) == ("b-4", "response body", "")
    assert clue_of(b"<doc><Name>b-5</Name></doc>", 200) is None
    assert clue_of(b"\x89PNG", 200) is None


@given(st.text(), st.text())
def test_no_signed_string_raises(text: str, octets: str) -> None:
    for name in ("StringToSign", "StringToSignBytes", "CanonicalRequest"):
        message = parse(
            response(403, "X", body=f"<Error><Code>C</Code><{name}>{text}{octets}</{name}></Error>".encode()),
            is_request=False,
            frame=2,
        )
        error = parse_error(message)
        if error is not None:
            signed_resource(error)
            bucket_clue(message, error)
