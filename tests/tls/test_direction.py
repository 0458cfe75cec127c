"""What holes cost: real conversations with packets missing, the plaintext compared with what was said."""

import random
from ssl import TLSVersion

import pytest

from osspcap.model.stream import Chunk, Event, Gap, GapCause
from osspcap.model.tls import Opening
from osspcap.tls.suites import SUITES as SUITES_BY_NUMBER
from tests.build.certificates import HOST, certificate_file
from tests.build.decrypted import Decrypted, decrypt
from tests.build.events import Talk
from tests.build.tls import Conversation, client_context, converse
from tests.tls.test_protection import sealed_13

BODY = random.Random(3).randbytes(120_000)
SAY = [(0, b"GET /a"), (1, BODY), (0, b"GET /b"), (1, b"the second answer")]
SUITES = [
    (TLSVersion.TLSv1_3, None),
    (TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"),
    (TLSVersion.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305"),
    (TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256"),
]


@pytest.fixture(scope="module", params=SUITES, ids=["1.3", "gcm", "chacha", "cbc"])
def conversation(request: pytest.FixtureRequest) -> Conversation:
    version, ciphers = request.param
    return converse(minimum=version, maximum=version, ciphers=ciphers, say=SAY)


def without(conversation: Conversation, *lost: tuple[int, int], side: int = 1, size: int = 1_460) -> Decrypted:
    """Decrypt the conversation without some stretches (offset, length) of a side's stream."""
    events = conversation.talk(size=size).events
    kept: list[Event] = []
    for event in events[side]:
        if not isinstance(event, Chunk):
            kept.append(event)
            continue
        at, end = event.offset, event.offset + len(event.data)
        for begin, length in sorted(lost):
            start, stop = max(begin, at), min(begin + length, end)
            if start < stop:
                if at < start:
                    kept.append(event._replace(offset=at, data=event.data[at - event.offset : start - event.offset]))
                kept.append(Gap(start, stop - start, GapCause.NOT_CAPTURED, True, event.frame, event.ts_ns))
                at = stop
        if at < end:
            kept.append(event._replace(offset=at, data=event.data[at - event.offset :]))
    merged: list[Event] = []
    for event in kept:
        last = merged[-1] if merged else None
        if isinstance(event, Gap) and isinstance(last, Gap):
            merged[-1] = last._replace(length=last.length + event.length)
        else:
            merged.append(event)
    sides = (events[0], merged) if side else (merged, events[1])
    return decrypt(sides, conversation.keylog)


def places_of_records(conversation: Conversation, side: int = 1) -> list[tuple[int, int]]:
    """Offset and whole length of every record of application data."""
    stream = b"".join(data for sender, data in conversation.flights if sender == side)
    at, found = 0, []
    while at < len(stream):
        length = 5 + int.from_bytes(stream[at + 3 : at + 5])
        if stream[at] == 23 and length > 300:
            found.append((at, length))
        at += length
    return found


def agrees(found: Decrypted, said: bytes) -> bool:
    """Tell whether every byte stands where it was said, and the gaps fill the rest."""
    at = 0
    for event in found.events[1]:
        if isinstance(event, Chunk):
            if bytes(event.data) != said[event.offset : event.offset + len(event.data)]:
                return False
            at = event.offset + len(event.data)
        elif isinstance(event, Gap):
            at = event.offset + event.length
    return at == len(said)


def test_a_packet_lost_inside_a_record_costs_that_record(conversation: Conversation) -> None:
    at, length = places_of_records(conversation)[2]
    found = without(conversation, (at + 4_000, 1_460))
    assert agrees(found, bytes(conversation.sent[1]))
    ((_, missing, cause),) = found.holes(1)
    assert cause == "not captured"
    assert length - 100 < missing < length


def test_records_lost_as_a_whole_are_counted_by_their_numbers(conversation: Conversation) -> None:
    places = places_of_records(conversation)
    start = places[1][0] + 300
    found = without(conversation, (start, places[4][0] + 2_000 - start))
    ((offset, missing, _),) = [(o, n, c) for o, n, c in merge(found.holes(1))]
    said = bytes(conversation.sent[1])
    assert found.facts.opening is Opening.OPENED
    assert found.content[1] == said[:offset] + found.content[1][offset:]
    assert said.endswith(found.content[1][offset:])
    # Padding of CBC records that are lost cannot be known.
    assert abs(offset + missing + len(found.content[1]) - offset - len(said)) <= (64 if is_cbc(found) else 0)


def is_cbc(found: Decrypted) -> bool:
    return found.facts.server_hello is not None and "CBC" in found.facts.server_hello.suite_name


def merge(holes: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join holes that touch."""
    out: list[tuple[int, int, str]] = []
    for offset, length, cause in holes:
        if out and out[-1][0] + out[-1][1] == offset:
            out[-1] = (out[-1][0], out[-1][1] + length, cause)
        else:
            out.append((offset, length, cause))
    return out


def test_many_holes_leave_what_is_between_them(conversation: Conversation) -> None:
    places = places_of_records(conversation)
    found = without(conversation, *((at + 50, 1_000) for at, _ in places[1:-1:2]))
    assert agrees(found, bytes(conversation.sent[1]))


def test_holes_anywhere_never_put_bytes_in_wrong_places(conversation: Conversation) -> None:
    rng, said = random.Random(7), bytes(conversation.sent[1])
    size = sum(len(data) for sender, data in conversation.flights if sender == 1)
    for _ in range(15):
        at, lost = len(conversation.flights[1][1]) + 600, []
        for _ in range(rng.randrange(1, 5)):
            at += rng.randrange(1, size // 3)
            length = rng.choice([rng.randrange(1, 60), 1_460, rng.randrange(1, 40_000)])
            if at + length < size - 100:
                lost.append((at, length))
                at += length
        found = without(conversation, *lost)
        assert found.content[1].endswith(b"the second answer")
        for event in found.events[1]:
            if isinstance(event, Chunk):
                data = bytes(event.data)
                place = said.find(data)
                # Padding of CBC records that are lost cannot be known.
                assert place >= 0
                assert place == event.offset or is_cbc(found)


def test_a_hole_in_the_handshake_does_not_cost_the_data(conversation: Conversation) -> None:
    """The server's Finished and more are lost; the records behind authenticate all the same."""
    hello = len(conversation.flights[1][1])
    found = without(conversation, (hello - 60, 40))
    assert found.content[1].endswith(b"the second answer")


def test_a_hole_up_to_the_end_is_stated(conversation: Conversation) -> None:
    at, _ = places_of_records(conversation)[3]
    end = sum(len(data) for sender, data in conversation.flights if sender == 1)
    found = without(conversation, (at + 100, end - at - 100))
    said = bytes(conversation.sent[1])
    assert said.startswith(found.content[1])
    assert sum(length for _, length, _ in found.holes(1)) > 50_000


def test_a_cut_client_hello_still_names_the_server() -> None:
    conversation = converse(say=SAY)
    found = without(conversation, (300, 60), side=0)
    hello = found.facts.client_hello
    assert hello is not None
    assert (hello.sni, hello.is_whole) == (HOST, False)


def test_a_cut_packet_with_the_servers_flight_still_shows_its_choice() -> None:
    conversation = converse(say=SAY, maximum=TLSVersion.TLSv1_2)
    found = without(conversation, (130, 600))
    assert found.facts.version == "TLS 1.2"
    assert found.facts.certificates == ()


def test_an_encrypted_alert_in_the_place_of_a_finished_is_noticed_without_keys() -> None:
    """BoringSSL, Go and NSS encrypt the alert by which they refuse a certificate; OpenSSL does not."""
    conversation = converse()
    key_line = next(line for line in conversation.keylog.splitlines() if line.startswith(b"CLIENT_HANDSHAKE"))
    alert = sealed_13(SUITES_BY_NUMBER[0x1302], 0, b"\x02\x30\x15", bytes.fromhex(key_line.split()[2].decode()))
    conversation.flights[2:] = [(0, b"\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x13" + alert)]
    facts = decrypt(conversation.talk().events).facts
    assert facts.hidden_alert is not None
    assert (facts.hidden_alert.by_client, facts.hidden_alert.frame, facts.finished_frame) == (True, 3, None)
    opened = decrypt(conversation.talk().events, conversation.keylog).facts
    assert [(alert.name, alert.by_client, alert.was_encrypted) for alert in opened.alerts] == [
        ("unknown_ca", True, True)
    ]
    assert opened.hidden_alert is None


def test_an_alert_in_clear_is_read() -> None:
    client = client_context(trusted=certificate_file(("other.example",), issuer="Other CA", kind="rsa"))
    conversation = converse(client=client, maximum=TLSVersion.TLSv1_2)
    (alert,) = decrypt(conversation.talk().events).facts.alerts
    assert (alert.name, alert.code, alert.by_client, alert.is_fatal) == ("unknown_ca", 48, True, True)
    assert (alert.was_encrypted, alert.in_handshake) == (False, True)


def test_bursts_join_what_a_side_sends_without_hearing_more() -> None:
    talk = Talk()
    for _ in range(3):
        talk.client(b"\x17\x03\x03\x00\x64" + bytes(100), peer_offset=0)
    talk.server(b"\x17\x03\x03\x00\x40" + bytes(64))
    talk.client(b"\x17\x03\x03\x00\x64" + bytes(100))
    talk.end()
    facts = decrypt(talk.events).facts
    assert [(burst.records, burst.frame, burst.last_frame) for burst in facts.sides[0].bursts] == [(3, 1, 3), (1, 5, 5)]
