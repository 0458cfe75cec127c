import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.tls.keylog import KeyLog, holds_private_key
from tests.build.certificates import certificate_file

RANDOM, OTHER = bytes(range(32)), bytes(range(1, 33))
SECRET, MASTER = b"s" * 32, b"m" * 48


def line(label: str, client_random: bytes = RANDOM, secret: bytes = SECRET) -> bytes:
    return f"{label} {client_random.hex()} {secret.hex()}\n".encode()


def test_labels_of_tls_1_2_and_1_3_are_read_by_client_random() -> None:
    log = KeyLog([line("CLIENT_RANDOM", secret=MASTER) + line("CLIENT_TRAFFIC_SECRET_0", OTHER)])
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": MASTER}
    assert log.secrets(OTHER) == {"CLIENT_TRAFFIC_SECRET_0": SECRET}
    assert log.secrets(bytes(32)) is None
    assert len(log) == 2


@pytest.mark.parametrize(
    "label",
    [
        "CLIENT_EARLY_TRAFFIC_SECRET",
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
    ],
)
def test_secrets_of_both_hashes_are_read(label: str) -> None:
    for secret in (b"a" * 32, b"b" * 48):
        assert KeyLog([line(label, secret=secret)]).secrets(RANDOM) == {label: secret}


def test_junk_is_passed_over() -> None:
    good = line("CLIENT_RANDOM", secret=MASTER)
    junk = (
        b"# note\n\n\xff\xfe\x00\nCLIENT_RANDOM zz yy\nEXPORTER_SECRET " + RANDOM.hex().encode() + b" 00\nECH_SECRET 1"
    )
    log = KeyLog([junk + b"\n" + good.strip() + b"\r\n" + line("SERVER_TRAFFIC_SECRET_0")[:90]])
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": MASTER}
    assert len(log) == 1


def test_upper_case_and_a_missing_last_line_end_are_read() -> None:
    text = line("CLIENT_RANDOM", secret=MASTER).strip()
    upper = text.replace(RANDOM.hex().encode(), RANDOM.hex().upper().encode())
    assert KeyLog([upper]).secrets(RANDOM) == {"CLIENT_RANDOM": MASTER}


def test_a_line_inside_another_is_none() -> None:
    assert len(KeyLog([b"x " + line("CLIENT_RANDOM", secret=MASTER)])) == 0


def test_premaster_secrets_are_found_by_their_encryption() -> None:
    log = KeyLog([b"RSA 0011223344556677 " + b"ab" * 48 + b"\n"])
    assert log.premaster(bytes.fromhex("0011223344556677 8899")) == b"\xab" * 48
    assert log.premaster(b"") is None
    assert KeyLog([line("PMS_CLIENT_RANDOM", secret=MASTER)]).secrets(RANDOM) == {"PMS_CLIENT_RANDOM": MASTER}


def test_the_first_secret_of_a_label_holds() -> None:
    log = KeyLog([line("CLIENT_RANDOM", secret=MASTER), line("CLIENT_RANDOM", secret=b"n" * 48)])
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": MASTER}


def test_how_many_lines_held_a_secret_is_told() -> None:
    assert KeyLog().add(line("CLIENT_RANDOM", secret=MASTER) * 3 + b"note\n") == 3
    assert KeyLog().add(b"note\n") == 0


def test_its_representation_holds_no_secret() -> None:
    log = KeyLog([line("CLIENT_RANDOM", secret=MASTER)])
    assert repr(log) == "KeyLog(1 sessions)"
    assert list(log.texts()) == [MASTER]


def test_a_private_key_is_told_from_a_key_log() -> None:
    assert holds_private_key(certificate_file().read_bytes())
    assert holds_private_key(b"-----BEGIN RSA PRIVATE KEY-----\n")
    assert holds_private_key(bytes.fromhex("308204a40201000282010100"))
    assert not holds_private_key(line("CLIENT_RANDOM", secret=MASTER))
    assert not holds_private_key(b"")


@given(st.binary(max_size=500))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    KeyLog([data, b"CLIENT_RANDOM " + data])
    holds_private_key(data)
