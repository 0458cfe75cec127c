from osspcap.tls.messages import MAX_MESSAGE_BYTES, MessageReader

HELLO = b"\x01\x00\x00\x05hello"
DONE = b"\x0e\x00\x00\x00"


def test_messages_share_records_and_span_them() -> None:
    stream = HELLO + DONE + HELLO
    for size in (1, 3, 100):
        reader = MessageReader()
        found = [m for at in range(0, len(stream), size) for m in reader.push(stream[at : at + size])]
        assert found == [(1, HELLO), (14, DONE), (1, HELLO)]


def test_a_cut_message_gives_its_beginning_and_ends_the_reading() -> None:
    reader = MessageReader()
    assert list(reader.push(HELLO[:6])) == []
    assert reader.cut(b"l") == (1, HELLO[:7])
    assert reader.is_broken
    assert list(reader.push(HELLO)) == []
    reader.reset()
    assert list(reader.push(HELLO)) == [(1, HELLO)]


def test_nothing_begun_gives_nothing() -> None:
    assert MessageReader().cut() is None


def test_a_message_beyond_the_limit_is_not_waited_for() -> None:
    reader = MessageReader()
    assert list(reader.push(b"\x0b" + (MAX_MESSAGE_BYTES + 1).to_bytes(3) + b"x" * 100)) == []
    assert reader.is_broken
