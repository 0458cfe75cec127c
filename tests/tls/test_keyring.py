from osspcap.model.tls import Opening, ServerHello
from osspcap.tls.keylog import KeyLog
from osspcap.tls.keyring import KeyRing
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.dissections import connection
from tests.model.test_tls import client_hello, layer
from tests.tls.test_keylog import MASTER, OTHER, RANDOM, line

SERVER_HELLO = ServerHello(FrameNumber(6), Nanoseconds(2), "TLS 1.2", 0x9C, "RSA_WITH_AES_128_GCM_SHA256", None)
ONE, TWO = line("CLIENT_RANDOM", secret=MASTER), line("CLIENT_RANDOM", OTHER, MASTER)


def test_key_logs_of_options_and_of_the_file_are_found() -> None:
    ring = KeyRing(KeyLog([ONE]), inside=lambda: [TWO])
    assert ring.find(RANDOM) == ring.find(OTHER) == {"CLIENT_RANDOM": MASTER}
    assert ring.find(bytes(32)) is None
    assert not ring.is_empty


def test_a_key_log_that_the_reader_met_meanwhile_is_found() -> None:
    inside: list[bytes] = []
    ring = KeyRing(inside=lambda: inside)
    assert ring.is_empty
    assert ring.find(RANDOM) is None
    inside.append(ONE)
    assert not ring.is_empty
    assert ring.find(RANDOM) is not None


def test_the_rest_of_the_file_is_searched_once_and_only_if_keys_are_missing() -> None:
    searches = []

    def search() -> list[bytes]:
        searches.append(1)
        return [TWO]

    ring = KeyRing(KeyLog([ONE]), search=search)
    assert ring.find(RANDOM) is not None
    assert searches == []
    assert ring.find(OTHER) is not None
    assert ring.find(bytes(32)) is None
    assert searches == [1]


def test_premaster_secrets_are_found_in_both() -> None:
    log = b"RSA 0011223344556677 " + b"ab" * 48 + b"\n"
    assert KeyRing(KeyLog([log])).premaster(bytes.fromhex("0011223344556677")) == b"\xab" * 48
    ring = KeyRing(inside=lambda: [log])
    ring.find(RANDOM)
    assert ring.premaster(bytes.fromhex("0011223344556677")) == b"\xab" * 48


def test_what_became_of_the_key_logs_is_told() -> None:
    opened, unmatched, wrong = (connection(number) for number in range(3))
    for item, opening in ((opened, Opening.OPENED), (unmatched, Opening.NO_KEYS), (wrong, Opening.WRONG_KEYS)):
        tls = layer()
        tls.client_hello, tls.server_hello, tls.opening = client_hello(), SERVER_HELLO, opening
        item.tls = (tls,)
    use = KeyRing(KeyLog([ONE, TWO])).use([opened, unmatched, wrong])
    assert use is not None
    assert (use.is_from_user, use.sessions, use.opened, use.unmatched, use.wrong) == (True, 2, 1, 1, 1)


def test_without_key_logs_or_without_tls_there_is_nothing_to_tell() -> None:
    item = connection(0)
    assert KeyRing(KeyLog([ONE])).use([item]) is None
    item.tls = (layer(),)
    assert KeyRing().use([item]) is None
