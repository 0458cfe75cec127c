"""Every cipher suite that can be decrypted and that OpenSSL offers, in real handshakes; what was said must come out.

TLS 1.2 is spoken by Python's `ssl` on both sides, TLS 1.3 by the `openssl` program, which lets its suites be chosen
and keys be renewed.
"""

import random
import ssl
from collections.abc import Iterator
from ssl import TLSVersion

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from osspcap.tls.suites import SUITES
from tests.build.certificates import rsa_key
from tests.build.decrypted import Decrypted, decrypt
from tests.build.openssl import Server
from tests.build.tls import Conversation, client_context, converse, server_context

BODY = random.Random(2).randbytes(30_000)
SAY = [(0, b"GET /a"), (1, BODY), (0, BODY[:5_000]), (1, b"done")]
TLS13 = [suite.name for number, suite in SUITES.items() if number >> 8 == 0x13]
NO_ENCRYPT_THEN_MAC, NO_EXTENDED_MASTER_SECRET = 0x80000, 0x1
"""Options of OpenSSL that Python has no name for."""


def offered() -> dict[int, str]:
    """Numbers of the TLS 1.2 suites that OpenSSL offers and that can be decrypted, and its names for them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    numbered = {cipher["id"] & 0xFFFF: cipher["name"] for cipher in context.get_ciphers()}
    return {n: name for n, name in numbered.items() if n >> 8 != 0x13 and n in SUITES and SUITES[n].cipher}


OFFERED = offered()


def spoken(name: str, options: int = 0) -> Conversation:
    kind = "ec" if "ECDSA" in name else "rsa"
    client, server = client_context(), server_context(kind=kind)
    client.options |= options
    return converse(maximum=TLSVersion.TLSv1_2, ciphers=name, client=client, server=server, say=SAY)


def comes_out(conversation: Conversation) -> Decrypted:
    found = decrypt(conversation.talk(size=1_448).events, conversation.keylog)
    assert found.content == (bytes(conversation.sent[0]), bytes(conversation.sent[1]))
    assert all(side.records_closed == 0 for side in found.facts.sides)
    return found


def test_openssl_offers_the_suites_that_matter() -> None:
    assert len(OFFERED) >= 30
    assert {0xC02F, 0xC030, 0xCCA8, 0x009C, 0xC028, 0xC013, 0xC0AC, 0xC0AE} <= set(OFFERED)


@pytest.mark.parametrize("number", OFFERED, ids=[SUITES[number].name for number in OFFERED])
def test_every_suite_of_tls_1_2_comes_out(number: int) -> None:
    hello = comes_out(spoken(OFFERED[number])).facts.server_hello
    assert hello is not None
    assert (hello.suite, hello.version) == (number, "TLS 1.2")


@pytest.mark.parametrize("number", [n for n in OFFERED if SUITES[n].cipher == "cbc" and n > 0xC000])
def test_cbc_without_encrypt_then_mac_comes_out(number: int) -> None:
    comes_out(spoken(OFFERED[number], NO_ENCRYPT_THEN_MAC))


def test_the_old_master_secret_comes_out() -> None:
    comes_out(spoken("ECDHE-RSA-AES128-GCM-SHA256", NO_EXTENDED_MASTER_SECRET))


@pytest.mark.parametrize("options", [0, NO_EXTENDED_MASTER_SECRET], ids=["extended", "old"])
@pytest.mark.parametrize("label", ["RSA", "PMS_CLIENT_RANDOM"])
def test_premaster_secrets_come_out(label: str, options: int) -> None:
    """What a log holds that was written where the master secret was not at hand."""
    conversation = spoken("AES128-GCM-SHA256", options)
    sent = b"".join(data for side, data in conversation.flights if side == 0)
    client_random = sent[11:43]
    length = int.from_bytes(sent[3:5])
    exchange = sent[5 + length + 5 + 4 + 2 :][:256]  # ClientKeyExchange: headers of record and message, length
    premaster = rsa_key().decrypt(exchange, PKCS1v15())
    by = exchange[:8] if label == "RSA" else client_random
    conversation.keylog = f"{label} {by.hex()} {premaster.hex()}\n".encode()
    comes_out(conversation)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("-rev", "-ciphersuites", ":".join(f"TLS_{name}" for name in TLS13), "-client_renegotiation") as running:
        yield running


@pytest.mark.parametrize("name", TLS13)
def test_every_suite_of_tls_1_3_comes_out_with_renewed_keys(name: str, server: Server) -> None:
    said = [b"first", b"K", b"x" * 4_000, b"k", b"K", b"last"]
    found = comes_out(server.converse(said, "-tls1_3", "-ciphersuites", f"TLS_{name}"))
    hello = found.facts.server_hello
    assert hello is not None
    assert hello.suite_name == name
    assert [side.key_updates for side in found.facts.sides] == [3, 2]


def test_renegotiation_comes_out(server: Server) -> None:
    found = comes_out(server.converse([b"before", b"R", b"after"], "-tls1_2"))
    assert found.facts.sides[0].records_opened > 5


def test_early_data_comes_out_if_it_was_taken_and_only_then() -> None:
    with Server("-early_data", "-naccept", "3") as running:
        session = running.path("session")
        running.converse([b"first"], "-tls1_3", "-sess_out", session, answers=False)
        for is_taken in (True, False):  # the second time it is a replay
            talk = running.converse([b"later"], "-tls1_3", "-sess_in", session, early=b"GET /early", answers=False)
            found = decrypt(talk.talk(size=1_448).events, talk.keylog)
            assert found.facts.early_data_accepted is is_taken
            assert found.facts.client_hello is not None
            assert found.facts.client_hello.offers_early_data
            assert found.content[0] == (b"GET /early" if is_taken else b"") + b"later\n"
