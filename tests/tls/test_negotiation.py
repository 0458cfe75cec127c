"""Handshakes message by message, without records."""

from ssl import TLSVersion

from osspcap.model.tls import Opening, Tls
from osspcap.tls import numbers
from osspcap.tls.keylog import KeyLog
from osspcap.tls.keyring import KeyRing
from osspcap.tls.messages import MessageReader
from osspcap.tls.negotiation import Negotiation, Place
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.tls import Conversation, converse


def place(frame: int) -> Place:
    return Place(FrameNumber(frame), Nanoseconds(frame * 10))


def negotiation(keylog: bytes = b"") -> Negotiation:
    return Negotiation(Tls(FrameNumber(1)), KeyRing(KeyLog([keylog])))


def first_messages(conversation: Conversation, side: int) -> list[tuple[int, bytes]]:
    """The messages in clear of a side's first flight."""
    stream, reader, found = conversation.flights[side][1], MessageReader(), []
    while stream and stream[0] == numbers.HANDSHAKE:
        length = int.from_bytes(stream[3:5])
        found += list(reader.push(stream[5 : 5 + length]))
        stream = stream[5 + length :]
    return found


def taken(conversation: Conversation, keylog: bytes) -> Negotiation:
    target = negotiation(keylog)
    for side in (0, 1):
        for message in first_messages(conversation, side):
            target.take(message, side, place(side + 1))
    return target


def test_tls_1_3_has_keys_from_the_servers_hello_on() -> None:
    conversation = converse()
    target = taken(conversation, conversation.keylog)
    assert target.is_tls13
    assert not target.awaits_server
    assert all(ladder is not None and ladder.is_handshake for ladder in target.ladders)


def test_tls_1_2_has_keys_from_change_cipher_spec_on() -> None:
    conversation = converse(maximum=TLSVersion.TLSv1_2)
    target = taken(conversation, conversation.keylog)
    assert target.ladders == [None, None]
    assert not target.awaits_server  # ServerHelloDone was there
    target.take_change_cipher_spec(0)
    assert target.ladders[0] is not None
    assert target.ladders[1] is None
    hello = target.facts.server_hello
    assert hello is not None
    assert hello.is_resumed is False


def test_without_a_key_log_nothing_has_keys() -> None:
    target = taken(converse(), b"")
    assert target.ladders == [None, None]
    assert target.facts.opening is Opening.NO_KEYS


def test_the_client_waits_for_the_servers_hello() -> None:
    conversation, target = converse(), negotiation()
    target.take(first_messages(conversation, 0)[0], 0, place(1))
    assert target.awaits_server
    target.take_alert(b"\x02\x28", 1, place(2), was_encrypted=False)
    assert not target.awaits_server


def test_a_suite_that_cannot_be_decrypted_is_told() -> None:
    conversation = converse(maximum=TLSVersion.TLSv1_2)
    target = negotiation(conversation.keylog)
    target.take(first_messages(conversation, 0)[0], 0, place(1))
    body = b"\x03\x03" + b"r" * 32 + b"\0" + b"\x00\x05" + b"\0"
    target.take((2, b"\x02" + len(body).to_bytes(3) + body), 1, place(2))
    target.take_change_cipher_spec(1)
    assert target.facts.opening is Opening.UNSUPPORTED
    assert target.facts.server_hello is not None
    assert target.facts.server_hello.suite_name == "RSA_WITH_RC4_128_SHA"


def test_a_missing_client_hello_is_told_apart_from_missing_keys() -> None:
    conversation = converse()
    target = negotiation(conversation.keylog)
    target.take(first_messages(conversation, 1)[0], 1, place(2))
    assert target.facts.opening is Opening.NOT_TOLD


def test_the_handshake_is_over_with_the_later_finished() -> None:
    target = negotiation()
    target.take_finished(1, place(7))
    assert target.facts.finished_frame is None
    target.take_finished(0, place(9))
    assert target.facts.finished_ns == 90


def test_warnings_are_not_fatal_and_levels_of_tls_1_3_mean_nothing() -> None:
    target = negotiation()
    for content in (b"\x01\x70", b"\x02\x00", b"\x02\x28", b"\x02\xc8", b"\x09\x28", b"\x02"):
        target.take_alert(content, 1, place(3), was_encrypted=False)
    assert [(alert.name, alert.is_fatal) for alert in target.facts.alerts] == [
        ("unrecognized_name", False),
        ("close_notify", False),
        ("handshake_failure", True),
        ("alert 200", True),
    ]


def test_records_are_longer_than_their_content_by_what_the_suite_adds() -> None:
    target = negotiation()
    assert target.overhead == 37
    for number, version, overhead in (
        (0x1301, 0x0304, 17),
        (0x1305, 0x0304, 9),
        (0xC02F, 0x0303, 24),
        (0xCCA8, 0x0303, 16),
    ):
        body = version.to_bytes(2) + b"r" * 32 + b"\0" + number.to_bytes(2) + b"\0"
        target.take((2, b"\x02" + len(body).to_bytes(3) + body), 1, place(2))
        assert target.overhead == overhead
