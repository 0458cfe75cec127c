import pytest

from osspcap.model.comparison import Difference, Place
from osspcap.oss.differences import PROXY_FORM, SAME_RESOURCE, differences_of
from tests.build.http import request, response
from tests.build.sightings import differences, exchange_of, put


def target_change(sent: str, arrived: str) -> Difference:
    found, _ = differences((put(sent), response()), (put(arrived), response()))
    assert [item.place for item in found] == [Place.TARGET]
    return found[0]


def test_a_request_that_arrives_as_it_was_sent_has_no_difference() -> None:
    exchange = put(Content_Type="a/b"), response(ETag='"1"', body=b"x")
    assert differences(exchange, exchange) == ((), ())


@pytest.mark.parametrize(
    ("sent", "arrived", "note"),
    [
        ("/ttsservice%252Fpasswd", "/ttsservice%2Fpasswd", "one round of percent-decoding"),
        ("/a%252520b", "/a%2520b", "one round of percent-decoding"),
        ("/a%2520b", "/a b".replace(" ", "%20"), "one round of percent-decoding"),
        ("/a%20b", "/a%2520b", "one round of percent-encoding"),
        ("/a//b", "/a/b", "repeated slashes folded into one"),
        ("/key", "/bucket/key", "something was put in front of the path"),
        ("/bucket/key", "/key", "the beginning of the path was taken off"),
        ("/Key", "/key", "upper and lower case changed"),
        ("/a", "/b", "the path is another one"),
        ("/k?acl", "/k", "parameter acl removed"),
        ("/k?acl", "/k?acl&v=1", "parameter v added"),
        ("/k?partNumber=1", "/k?partNumber=2", "the value of a parameter changed"),
    ],
)
def test_what_was_done_to_the_target_is_named(sent: str, arrived: str, note: str) -> None:
    change = target_change(sent, arrived)
    assert (change.note, change.expected, change.is_covered) == (note, "", True)


def test_both_targets_are_given_raw_and_after_one_round_of_decoding() -> None:
    change = target_change("/a%252Fb", "/a%2Fb")
    assert (change.client[0].value, change.server[0].value) == ("/a%252Fb", "/a%2Fb")
    assert change.decoded == ("/a%2Fb", "/a/b")


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [("/a%2Fb", "/a/b"), ("/k?a=1&b=2", "/k?b=2&a=1"), ("/k?acl=", "/k?acl"), ("/k?p=a%2Fb", "/k?p=a/b")],
)
def test_another_spelling_of_the_same_resource_is_expected(sent: str, arrived: str) -> None:
    assert target_change(sent, arrived).expected == SAME_RESOURCE


def test_the_whole_url_that_a_proxy_is_addressed_with_is_expected() -> None:
    change = target_change("http://rokid.oss-cn-hangzhou.aliyuncs.com/key?acl", "/key?acl")
    assert change.expected == PROXY_FORM


def test_another_method_and_another_status_are_differences() -> None:
    found, _ = differences((request("HEAD"), response(502)), (request("GET"), response(200)))
    assert [(item.place, item.is_covered) for item in found] == [(Place.METHOD, True), (Place.STATUS, False)]


def test_another_version_is_expected() -> None:
    old = put().replace(b"HTTP/1.1", b"HTTP/1.0")
    found, _ = differences((put(), response()), (old, response()))
    assert [(item.place, bool(item.expected)) for item in found] == [(Place.REQUEST_VERSION, True)]


def test_a_missing_answer_cannot_be_compared() -> None:
    found, lacking = differences_of(exchange_of(put()), exchange_of(put(), response()))
    assert not found
    assert lacking == ((Place.STATUS, "no answer was captured nearer to the client"),)


def test_fields_behind_the_cut_of_a_head_are_not_taken_for_removed() -> None:
    whole = put(x_oss_meta_a="1", x_oss_meta_b="2")
    cut = whole[: whole.index(b"x-oss-meta-a")]
    server = exchange_of(cut)
    if server.request is None:
        pytest.fail("the cut request is not read")
    found, lacking = differences_of(exchange_of(whole), server)
    assert not [item for item in found if item.name.startswith("x-oss")]
    assert Place.REQUEST_HEADER in [place for place, _ in lacking]
