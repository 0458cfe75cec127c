"""Real conversations of Python's `ssl`, decrypted and compared with what was said."""

import random
import ssl
from ssl import TLSVersion

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.model.stream import Chunk, End, Event, Gap, GapCause
from osspcap.model.tls import ClientLibrary, Opening
from osspcap.tls.connection import MAX_WAITING_BYTES, TlsConnection
from osspcap.tls.keylog import KeyLog
from osspcap.tls.keyring import KeyRing
from tests.build.certificates import HOST
from tests.build.decrypted import decrypt
from tests.build.events import Talk, cut
from tests.build.tls import Conversation, converse, server_context

RNG = random.Random(8)
SAY = [
    (0, b"PUT /a HTTP/1.1\r\n\r\n" + RNG.randbytes(40_000)),
    (1, b"HTTP/1.1 200 OK\r\n\r\n"),
    (0, b"GET /b"),
    (1, RNG.randbytes(90_000)),
]
V10, V11, V12, V13 = TLSVersion.TLSv1, TLSVersion.TLSv1_1, TLSVersion.TLSv1_2, TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def new() -> Conversation:
    return converse(say=SAY, alpn=["http/1.1"])


@pytest.fixture(scope="module")
def old() -> Conversation:
    return converse(say=SAY, maximum=V12, ciphers="ECDHE-ECDSA-AES128-GCM-SHA256", alpn=["http/1.1"])


def same(conversation: Conversation, content: tuple[bytes, bytes]) -> bool:
    return content == (bytes(conversation.sent[0]), bytes(conversation.sent[1]))


def test_what_was_said_in_tls_1_3_comes_out(new: Conversation) -> None:
    found = decrypt(new.talk(size=1_460).events, new.keylog)
    assert same(new, found.content)
    facts = found.facts
    assert facts.opening is Opening.OPENED
    assert (facts.version, facts.alpn, facts.sni) == ("TLS 1.3", "http/1.1", HOST)
    assert [certificate.subject for certificate in facts.certificates] == [HOST]
    assert [alert.name for alert in facts.alerts] == ["close_notify"]
    assert all(side.records_closed == 0 for side in facts.sides)


def test_what_was_said_in_tls_1_2_comes_out(old: Conversation) -> None:
    found = decrypt(old.talk(size=1_460).events, old.keylog)
    assert same(old, found.content)
    hello = found.facts.server_hello
    assert hello is not None
    assert (hello.version, hello.suite_name, hello.is_resumed) == (
        "TLS 1.2",
        "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        False,
    )


def test_a_hello_that_claims_more_than_it_is_ends_with_what_follows_it(new: Conversation) -> None:
    client, server = new.talk(size=1_460).events
    first = client[0]
    assert isinstance(first, Chunk)
    damaged = bytearray(first.data)
    damaged[7] += 1  # of the three bytes that tell the length of the message
    client = [first._replace(data=memoryview(bytes(damaged))), *client[1:]]
    for parts in ([(client, server)], [(client[:1], []), ([], server[:2]), (client[1:], server[2:])]):
        tls = TlsConnection(1, KeyRing())
        for part in parts:
            tls.feed(*part)
        tls.finish()
        assert tls.facts.sni == HOST


@pytest.mark.parametrize("version", [V10, V11])
def test_older_versions_come_out_too(version: TLSVersion) -> None:
    talk = converse(minimum=version, maximum=version, ciphers="ECDHE-ECDSA-AES256-SHA", say=SAY)
    assert same(talk, decrypt(talk.talk(size=1_460).events, talk.keylog).content)


def test_a_chunk_names_the_packet_that_completed_its_record(new: Conversation) -> None:
    talk = new.talk(size=1_460)
    found = decrypt(talk.events, new.keylog)
    first = next(event for event in found.events[0] if isinstance(event, Chunk))
    sent = {event.frame: event for event in talk.events[0] if isinstance(event, Chunk)}
    packet = sent[first.frame]
    assert (first.ts_ns, bytes(first.data)[:3]) == (packet.ts_ns, b"PUT")
    assert isinstance(found.events[0][-1], End)


def test_acknowledgements_are_those_of_the_plaintext(new: Conversation) -> None:
    client, server = decrypt(new.talk().events, new.keylog).events
    answers = [event for event in server if isinstance(event, Chunk)]
    asked = len(SAY[0][1])
    assert answers[0].peer_offset == asked
    assert answers[1].peer_offset == asked + len(SAY[2][1])
    assert [event.peer_offset for event in client if isinstance(event, Chunk)][-1] == len(SAY[1][1])


@pytest.mark.parametrize("feeds", [2, 7, 40])
@pytest.mark.parametrize("name", ["new", "old"])
def test_how_the_capture_was_sliced_does_not_matter(name: str, feeds: int, request: pytest.FixtureRequest) -> None:
    conversation: Conversation = request.getfixturevalue(name)
    events = conversation.talk(size=1_460).events
    whole, sliced = decrypt(events, conversation.keylog), decrypt(events, conversation.keylog, feeds=feeds)
    assert same(conversation, sliced.content)
    assert sliced.facts == whole.facts


def test_single_bytes_come_out_as_well() -> None:
    talk = converse(say=[(0, b"GET /"), (1, b"200")])
    events = talk.talk().events
    found = decrypt((cut(events[0]), cut(events[1])), talk.keylog)
    assert same(talk, found.content)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", ["new", "old"])
def test_one_side_after_the_other_comes_out(name: str, first: int, request: pytest.FixtureRequest) -> None:
    conversation: Conversation = request.getfixturevalue(name)
    sides = conversation.talk(size=1_460).events
    connection = TlsConnection(1, KeyRing(KeyLog([conversation.keylog])))
    out = [b"", b""]
    for now in (first, 1 - first):
        part = connection.feed(sides[0] if now == 0 else [], sides[1] if now == 1 else [])
        for side, events in enumerate(part or ([], [])):
            out[side] += b"".join(bytes(event.data) for event in events if isinstance(event, Chunk))
    assert same(conversation, (out[0], out[1]))


def test_without_keys_only_facts_come_out(new: Conversation) -> None:
    found = decrypt(new.talk(size=1_460).events)
    facts = found.facts
    assert found.events == ([], [])
    assert (facts.opening, facts.sni, facts.alpn, facts.certificates) == (Opening.NO_KEYS, HOST, None, ())
    hello = facts.client_hello
    assert hello is not None
    assert (hello.library, hello.alpn, hello.versions) == (ClientLibrary.OPENSSL, ("http/1.1",), ("TLS 1.3", "TLS 1.2"))
    assert facts.handshake_ns is not None
    sizes = [(turn.asked and turn.asked.size, turn.answered and turn.answered.size) for turn in facts.turns]
    # Session tickets travel with the first answer, and nobody can tell them from it.
    assert [size[0] for size in sizes] == [len(SAY[0][1]), len(SAY[2][1])]
    assert sizes[1][1] == len(SAY[3][1])


def test_turns_without_keys_are_exact_in_tls_1_2(old: Conversation) -> None:
    facts = decrypt(old.talk(size=1_460).events).facts
    assert [(turn.asked and turn.asked.size, turn.answered and turn.answered.size) for turn in facts.turns] == [
        (len(SAY[0][1]), len(SAY[1][1])),
        (len(SAY[2][1]), len(SAY[3][1])),
    ]
    assert facts.alpn == "http/1.1"
    assert [certificate.subject for certificate in facts.certificates] == [HOST]
    assert facts.certificate_frame == facts.server_hello.frame if facts.server_hello else False


def test_keys_of_another_connection_open_nothing(new: Conversation, old: Conversation) -> None:
    assert decrypt(new.talk().events, old.keylog).facts.opening is Opening.NO_KEYS


@pytest.mark.parametrize("name", ["new", "old"])
def test_secrets_that_are_wrong_are_told(name: str, request: pytest.FixtureRequest) -> None:
    conversation: Conversation = request.getfixturevalue(name)
    lines = [line.split(b" ") for line in conversation.keylog.splitlines() if not line.startswith(b"#")]
    wrong = b"\n".join(b" ".join((label, number, b"00" * (len(secret) // 2))) for label, number, secret in lines)
    found = decrypt(conversation.talk().events, wrong)
    assert found.facts.opening is Opening.WRONG_KEYS
    assert found.events == ([], [])


@pytest.mark.parametrize("version", [V12, V13])
def test_a_resumed_session_comes_out_and_is_told(version: TLSVersion) -> None:
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), server_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    first = converse(minimum=version, maximum=version, say=SAY, client=client, server=server)
    again = converse(minimum=version, maximum=version, say=SAY, client=client, server=server, session=first.session)
    found = decrypt(again.talk(size=1_460).events, again.keylog)
    assert same(again, found.content)
    hello = found.facts.server_hello
    assert hello is not None
    assert hello.is_resumed
    assert found.facts.client_hello is not None
    assert found.facts.client_hello.offers_resumption
    assert found.facts.certificates == ()
    assert found.facts.finished_frame is not None


def test_a_retried_hello_comes_out() -> None:
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), server_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    server.set_ecdh_curve("secp521r1")  # the client's first key share is X25519
    talk = converse(say=SAY, client=client, server=server)
    found = decrypt(talk.talk(size=1_460).events, talk.keylog)
    assert found.facts.retried
    assert same(talk, found.content)


def test_only_traffic_secrets_open_the_data(new: Conversation) -> None:
    kept = b"\n".join(line for line in new.keylog.splitlines() if b"TRAFFIC_SECRET_0" in line)
    found = decrypt(new.talk(size=1_460).events, kept)
    assert same(new, found.content)
    assert found.facts.certificates == ()


def test_one_sides_secret_opens_that_side(new: Conversation) -> None:
    kept = b"\n".join(line for line in new.keylog.splitlines() if line.startswith(b"SERVER"))
    assert decrypt(new.talk(size=1_460).events, kept).content == (b"", bytes(new.sent[1]))


def test_a_server_that_answers_in_clear_is_quoted(new: Conversation) -> None:
    talk = Talk()
    talk.client(new.flights[0][1])
    talk.server(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")
    talk.end()
    facts = decrypt(talk.events).facts
    assert (facts.plain_answer, facts.plain_answer_frame) == ("HTTP/1.1 400 Bad Request", 2)


def test_a_capture_that_begins_later_counts_records(old: Conversation) -> None:
    talk = Talk(offsets=(5_000, 9_000))
    for side, data in old.flights[4:]:
        talk.send(side, data, size=1_460)
    talk.end()
    facts = decrypt(talk.events, old.keylog).facts
    assert (facts.client_hello, facts.server_hello) == (None, None)
    assert facts.sides[0].data_records > 2
    assert facts.plain_answer_frame is None


def test_a_client_whose_server_was_not_captured_does_not_wait_for_ever(old: Conversation) -> None:
    talk = Talk()
    talk.client(old.flights[0][1])
    talk.client(b"\x17\x03\x03\x10\x00" + bytes(4_096) * 1, size=1_460)
    for _ in range(MAX_WAITING_BYTES // 4_096 + 10):
        talk.client(b"\x17\x03\x03\x0f\xfb" + bytes(4_091))
    connection = TlsConnection(1, KeyRing())
    connection.feed(talk.events[0], [])
    assert connection._directions[0].reader.waiting == (0, 0)


def test_damage_anywhere_never_raises(new: Conversation, old: Conversation) -> None:
    rng = random.Random(5)
    for conversation in (new, old):
        for _ in range(40):
            talk = Talk()
            for side, data in conversation.flights:
                damaged = bytearray(data)
                for _ in range(rng.randrange(3)):
                    damaged[rng.randrange(len(damaged))] = rng.randrange(256)
                talk.send(side, bytes(damaged), size=1_460)
            talk.end()
            found = decrypt(talk.events, conversation.keylog)
            assert len(found.content[1]) <= len(conversation.sent[1])


@settings(max_examples=150)
@given(client=st.binary(max_size=300), server=st.binary(max_size=300), whole=st.booleans())
def test_no_bytes_make_it_raise(client: bytes, server: bytes, whole: bool, new: Conversation) -> None:  # noqa: FBT001
    sides: list[list[Event]] = []
    for side, tail in enumerate((client, server)):
        talk = Talk()
        if whole:
            talk.send(0, new.flights[side][1])
        talk.send(
            0, b"\x16\x03\x03" + len(tail).to_bytes(2) + tail + b"\x17\x03\x03" + tail if tail else b"\x16", size=50
        )
        talk.end(sides=(0,))
        sides.append(talk.sides[0])
    decrypt((sides[0], sides[1]), new.keylog)


def test_without_the_servers_hello_the_suites_offered_are_tried(new: Conversation) -> None:
    client, server = new.talk(size=1_460).events
    assert decrypt((client, []), new.keylog).content == (bytes(new.sent[0]), b"")
    first = server[0]
    assert isinstance(first, Chunk)
    lost = Gap(30, 30, GapCause.NOT_CAPTURED, True, first.frame, first.ts_ns)
    parts: list[Event] = [first._replace(data=first.data[:30]), lost, first._replace(offset=60, data=first.data[60:])]
    found = decrypt((client, [*parts, *server[1:]]), new.keylog)
    assert same(new, found.content)
    assert found.facts.server_hello is None


def test_guessing_ends_where_no_secret_is_known(new: Conversation, old: Conversation) -> None:
    client, _ = new.talk(size=1_460).events
    facts = decrypt((client, []), old.keylog).facts
    assert (facts.opening, facts.sides[0].records_opened) == (Opening.NO_KEYS, 0)
