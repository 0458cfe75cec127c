import pytest

from osspcap.model.stream import Address
from osspcap.report.identities import Identities
from tests.build.http import request
from tests.build.reports import connection, exchange, message, operation


def hidden(*keys: str, ip: bool = True, objects: bool = True) -> Identities:
    exchanges = [exchange(n, message(request()), None, operation(key=key)) for n, key in enumerate(keys)]
    return Identities([connection()], exchanges, ip=ip, objects=objects)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("reset by 192.0.2.10 and 203.0.113.10:80", "reset by ip-1 and ip-2:80"),
        ("for=198.51.100.7, 203.0.113.10", "for=ip-3, ip-2"),
        ("http://203.0.113.10/x", "http://ip-2/x"),
        ("[2001:db8::1]:80 and 2001:DB8:0::1", "[ip-3]:80 and ip-3"),
        ("Chrome/120.0.0.0 osspcap-1.2.3.4 at 07:32:34 1.2.3", "Chrome/120.0.0.0 osspcap-1.2.3.4 at 07:32:34 1.2.3"),
        ("999.1.1.1 is none", "999.1.1.1 is none"),
    ],
)
def test_addresses_get_one_name_each(text: str, shown: str) -> None:
    assert hidden().hide(text) == shown


def test_both_ends_of_a_connection_are_hidden_and_ports_stay() -> None:
    assert hidden().address(Address("192.0.2.10", 50000)) == "ip-1:50000"
    assert hidden(ip=False).address(Address("192.0.2.10", 50000)) == "192.0.2.10:50000"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CompleteMultipartUpload of rokid/tts/pass wd.", "CompleteMultipartUpload of rokid/object-1."),
        ("/tts%2Fpass%20wd?uploadId=1", "/object-1?uploadId=1"),
        ("/rokid/tts/pass%20wd", "/rokid/object-1"),
        (
            "https://rokid.oss-cn-hangzhou.aliyuncs.com/a.txt?x=1",
            "https://rokid.oss-cn-hangzhou.aliyuncs.com/object-2?x=1",
        ),
        ("GET of a.txt, then GET of rokid/GET", "GET of object-2, then GET of rokid/object-3"),
        ("PUT\n\n\nx-oss-date:1\n/rokid/a.txt", "PUT\n\n\nx-oss-date:1\n/rokid/object-2"),
        (b"/rokid/a.txt\n".hex(" ").upper(), b"/rokid/object-2\n".hex(" ").upper()),
        ("ba.txt is another", "ba.txt is another"),
    ],
)
def test_object_names_are_found_wherever_they_stand(text: str, shown: str) -> None:
    assert hidden("tts/pass wd", "a.txt", "GET").hide(text) == shown


def test_a_key_that_no_request_is_about_is_hidden_by_its_element() -> None:
    identities = hidden("a.txt")
    assert identities.named("Key", "secret plan.doc") == "object-2"
    assert identities.named("request header x-oss-copy-source", "/other/dir%2Fb.txt") == "/other/object-3"
    assert identities.hide("copied dir/b.txt") == "copied object-3"


def test_what_may_be_seen_is_left() -> None:
    text = "192.0.2.10 asked for rokid/a.txt"
    assert hidden("a.txt", ip=False).hide(text) == "192.0.2.10 asked for rokid/object-1"
    assert hidden("a.txt", objects=False).hide(text) == "ip-1 asked for rokid/a.txt"
    assert hidden(objects=False).object_name("a.txt") == "a.txt"


def test_a_hostile_path_costs_no_more_than_its_length() -> None:
    assert hidden("a.txt").hide("/" * 200_000 + "a.txt") == "/" * 200_000 + "a.txt"
