import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.datagrams import Carrier, Datagram
from osspcap.model.lookups import Lookup
from osspcap.network.dns import read_lookups
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.datagrams import CLIENT, RESOLVER, answer, question

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def datagrams(*messages: tuple[bool, bytes], port: int = 40_000) -> list[Datagram]:
    """Messages of one client and resolver, true for answers, a millisecond apart."""
    found = []
    for number, (is_answer, payload) in enumerate(messages, 1):
        ends = (RESOLVER, CLIENT, 53, port) if is_answer else (CLIENT, RESOLVER, port, 53)
        src, dst, sport, dport = ends
        place = FrameNumber(number), Nanoseconds(number * 1_000_000)
        found.append(Datagram(*place, Carrier.UDP, src, dst, sport, dport, payload))
    return found


def looked_up(*messages: tuple[bool, bytes]) -> list[Lookup]:
    return read_lookups(datagrams(*messages))


def test_a_query_is_joined_with_its_answer() -> None:
    reply = answer(HOST, "203.0.113.1", "203.0.113.2", alias="x.example")
    (lookup,) = looked_up((False, question(HOST)), (True, reply))
    assert (lookup.name, lookup.kind, lookup.client, lookup.resolver) == (HOST, "A", CLIENT, RESOLVER)
    assert (lookup.queries, lookup.first_frame, lookup.answer_frame, lookup.code) == (1, 1, 2, "NOERROR")
    assert lookup.addresses == ("203.0.113.1", "203.0.113.2")
    assert lookup.aliases == ("x.example",)


def test_repeated_queries_are_one_lookup() -> None:
    (lookup,) = looked_up(*[(False, question(HOST))] * 3)
    assert (lookup.queries, lookup.answer_frame, lookup.code) == (3, None, "")
    assert lookup.last_ns - lookup.first_ns == 2_000_000


@pytest.mark.parametrize("code", ["NXDOMAIN", "SERVFAIL", "REFUSED"])
def test_failures_keep_their_code(code: str) -> None:
    (lookup,) = looked_up((False, question(HOST)), (True, answer(HOST, code=code)))
    assert (lookup.code, lookup.addresses) == (code, ())


def test_ids_and_kinds_keep_lookups_apart() -> None:
    lookups = looked_up(
        (False, question(HOST, "A", 1)),
        (False, question(HOST, "AAAA", 2)),
        (True, answer(HOST, kind="AAAA", number=2)),
        (True, answer(HOST, "203.0.113.1", number=1)),
    )
    assert [(item.kind, item.addresses, item.answer_frame) for item in lookups] == [
        ("A", ("203.0.113.1",), 4),
        ("AAAA", (), 3),
    ]


def test_other_records_are_passed_over() -> None:
    assert looked_up((False, question(HOST, "TXT")), (False, question(HOST, "HTTPS"))) == []


def test_an_answer_without_its_query_is_a_lookup_too() -> None:
    (lookup,) = looked_up((True, answer(HOST, "203.0.113.1")))
    assert (lookup.queries, lookup.client, lookup.addresses) == (0, CLIENT, ("203.0.113.1",))


def test_a_truncated_answer_says_that_more_is_to_come() -> None:
    (lookup,) = looked_up((False, question(HOST)), (True, answer(HOST, cut=True)))
    assert lookup.is_truncated


@given(st.binary(max_size=80))
def test_any_bytes_are_taken(payload: bytes) -> None:
    read_lookups(datagrams((False, payload), (True, payload)))


@given(st.integers(0, 200), st.integers(0, 255))
def test_damaged_messages_are_taken(at: int, value: int) -> None:
    message = bytearray(answer(HOST, "203.0.113.1", alias="x.example"))
    message[at % len(message)] = value
    read_lookups(datagrams((True, bytes(message)), (True, bytes(message[:at]))))
