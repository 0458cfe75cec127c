import pytest

from osspcap.model.operation import ErrorDocument, Operation, Role, Scheme, SignatureSummary
from osspcap.model.seen import Seen
from osspcap.oss.requester import RequesterKind, requester_of
from osspcap.units import FrameNumber
from tests.build.http import request
from tests.build.pairs import pair


def operation(key: str | None, scheme: Scheme = Scheme.V1_HEADER, principal: str = "") -> Operation:
    def seen(text: str) -> Seen[str]:
        return Seen(text, FrameNumber(6), "response body", text.encode())

    fields = {"AccessDeniedDetail.AuthPrincipalType": seen(principal)} if principal else {}
    error = ErrorDocument(seen("AccessDenied"), fields=fields)
    return Operation(Role.OSS, signature=None if key is None else SignatureSummary(scheme, key), error=error)


@pytest.mark.parametrize(
    ("key", "principal", "kind"),
    [
        ("LTAI5tTest", "", RequesterKind.PERMANENT),
        ("LTAI5tTest", "SubUser", RequesterKind.RAM_USER),
        ("LTAI5tTest", "Account", RequesterKind.ACCOUNT),
        ("LTAI5tTest", "Martian", RequesterKind.PERMANENT),
        ("STS.NUTest", "", RequesterKind.TEMPORARY),
        ("STS.NUTest", "AssumedRoleUser", RequesterKind.TEMPORARY),
        ("TMP.3KTest", "", RequesterKind.CONSOLE),
    ],
)
def test_the_key_tells_as_much_as_it_can(key: str, principal: str, kind: RequesterKind) -> None:
    sent = pair(request(Authorization=f"OSS {key}:abc")).request
    found = requester_of(sent, operation(key, principal=principal), {})
    assert found.kind is kind
    assert found.key_id is not None
    assert (found.key_id.value, found.key_id.field) == (key, "request header Authorization, AccessKeyId")


def test_the_key_is_found_in_query_and_form() -> None:
    key = "LTAI5tTest"
    url = pair(request(target=f"/k?OSSAccessKeyId={key}&Expires=1&Signature=x")).request
    in_url = requester_of(url, operation(key, Scheme.V1_URL), {}).key_id
    form = pair(request("POST", "/", body=b"x")).request
    in_form = requester_of(form, operation(key, Scheme.POST_V1), {"OSSAccessKeyId": key}).key_id
    assert in_url is not None
    assert in_form is not None
    assert in_url.field == "request query parameter OSSAccessKeyId"
    assert in_form.field == "form field OSSAccessKeyId"


def test_without_a_signature_nobody_signed() -> None:
    assert requester_of(pair(request()).request, operation(None), {}).is_anonymous


def test_a_request_that_was_not_captured_tells_nothing_but_what_oss_says() -> None:
    assert requester_of(None, operation(None), {}).kind is RequesterKind.UNKNOWN
    assert requester_of(None, operation(None, principal="SubUser"), {}).kind is RequesterKind.RAM_USER
