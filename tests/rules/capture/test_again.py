import pytest

from osspcap.rules.capture._again import command
from osspcap.units import StreamId
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.troubles import healthy
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"
ALONG = "or port 53 or icmp or icmp6"


def talk(host: str, *, server: str = "203.0.113.10", capture: Capture | None = None) -> Capture:
    made = Capture() if capture is None else capture
    tcp = made.tcp(cport=50_000 + len(made.packets), server=server)
    tcp.handshake()
    tcp.client(request(host=host))
    tcp.server(response())
    tcp.close()
    return made


def test_the_command_names_the_endpoint_that_was_seen() -> None:
    assert command(dissected(healthy())) == f"tcpdump -i any -s0 -w oss.pcap 'host {HOST} {ALONG}'"


def test_options_and_a_ring_of_files() -> None:
    told = command(dissected(healthy()), options="-s0 -B 65536", ring=True)
    assert told == f"tcpdump -i any -s0 -B 65536 -C 100 -W 10 -w oss.pcap 'host {HOST} {ALONG}'"


def test_custom_domains_and_proxies_are_named_by_address() -> None:
    capture = talk("img.example.com")
    assert command(dissected(capture), [StreamId(0)]).endswith(f"'host 203.0.113.10 {ALONG}'")


@pytest.mark.parametrize("host", ["x;reboot.oss-cn-hangzhou.aliyuncs.com", "$(id).oss-cn-hangzhou.aliyuncs.com", "'"])
def test_nothing_of_a_stranger_reaches_a_shell(host: str) -> None:
    told = command(dissected(talk(host)), [StreamId(0)])
    assert told.endswith(f"'host 203.0.113.10 {ALONG}'")


def test_many_hosts_and_none_leave_a_place_to_fill_in() -> None:
    capture = Capture()
    for number in range(5):
        talk("img.example.com", server=f"203.0.113.{number + 1}", capture=capture)
    assert command(dissected(capture), [StreamId(n) for n in range(5)]).endswith("host <OSS endpoint>")
    assert command(dissected(Capture())).endswith("host <OSS endpoint>")


@pytest.mark.parametrize(("name", "shown"), [("eth0", "eth0"), ("wlp2s0", "wlp2s0"), ("a; reboot", "any")])
def test_the_interface_is_that_of_the_capture(name: str, shown: str) -> None:
    dissection = dissected(healthy())
    dissection.capture.interface_names = [name]
    assert command(dissection).startswith(f"tcpdump -i {shown} -s0 ")
