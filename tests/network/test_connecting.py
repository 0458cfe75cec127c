import pytest

from osspcap.model.attempts import AttemptKind, Connecting, Subject
from osspcap.network.connecting import MAX_GROUPS, MAX_SYNS, private_network
from tests.build.datagrams import resolve
from tests.build.sightings import dissected
from tests.build.troubles import healthy, refused, unanswered
from tests.build.wire import Capture


def connecting(capture: Capture) -> Connecting:
    found = dissected(capture).facts.get(Connecting)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.2.3.4", "10.0.0.0/8, private"),
        ("172.31.0.1", "172.16.0.0/12, private"),
        ("100.118.0.1", "100.64.0.0/10, shared address space, where OSS's internal endpoints lie"),
        ("fd00::1", "fc00::/7, private"),
        ("203.0.113.10", None),
        ("2001:db8::1", None),
        ("not an address", None),
    ],
)
def test_networks_off_the_internet_are_named(address: str, network: str | None) -> None:
    assert private_network(address) == network


def test_attempts_keep_their_syns_with_their_times() -> None:
    (attempts,) = connecting(unanswered(count=3)).attempts
    assert attempts.kind is AttemptKind.UNANSWERED
    assert [(frame, round(after_ns / 1e9)) for frame, _, after_ns in attempts.syn_frames] == [(1, 0), (2, 1), (3, 2)]
    assert (attempts.syn_count, round(attempts.waited_ns / 1e9)) == (3, 2)


def test_the_number_of_groups_and_syns_is_bounded() -> None:
    capture = Capture(step_ns=1000)
    for number in range(MAX_GROUPS + 20):
        refused(capture=capture, server=f"203.0.{number // 200}.{number % 200 + 1}")
    assert len(connecting(capture).attempts) == MAX_GROUPS
    many = Capture()
    unanswered(count=MAX_SYNS + 5, capture=many)
    assert len(connecting(many).attempts[0].syn_frames) == MAX_SYNS


def test_a_lookup_gives_the_address_its_name() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzhou.aliyuncs.com", "203.0.113.99")
    (attempts,) = connecting(unanswered(capture=capture)).attempts
    assert attempts.name == "rokid.oss-cn-hangzhou.aliyuncs.com"
    assert attempts.subject is Subject.OSS


def test_another_address_of_the_same_name_takes_its_place() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzhou.aliyuncs.com", "203.0.113.99", "203.0.113.10")
    unanswered(capture=capture, count=2)
    (attempts,) = connecting(healthy(capture)).attempts
    assert attempts.instead == 1
    assert attempts.is_alternative


def test_a_healthy_capture_has_no_such_fact() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzhou.aliyuncs.com", "203.0.113.10")
    assert dissected(healthy(capture)).facts.get(Connecting) is None
