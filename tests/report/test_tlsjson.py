from io import BytesIO
from ssl import TLSVersion

from osspcap.analysis import Options, analyze
from osspcap.report.masking import Masking
from osspcap.report.tlsjson import tls_facts
from osspcap.tls.keylog import KeyLog
from tests.build.certificates import HOST
from tests.build.tls import converse

SAY = [(0, b"GET / HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]


def test_a_layer_in_full() -> None:
    conversation = converse(say=SAY, maximum=TLSVersion.TLSv1_2, ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")
    options = Options(key_log=KeyLog([conversation.keylog]))
    (tls,) = analyze("-", options, stdin=BytesIO(conversation.capture().pcap())).connections[0].tls
    assert tls_facts(tls, Masking()) == {
        "sni": HOST,
        "version": "TLS 1.2",
        "cipher_suite": "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "alpn_offered": [],
        "alpn": None,
        "resumed": False,
        "keys": "opened",
        "client_hello_frame": 4,
        "server_hello_frame": 6,
        "handshake_ms": 6.0,
        "certificate": {
            "subject": HOST,
            "issuer": "CN=Test CA",
            "names": [HOST],
            "not_before": "2018-12-01T00:00:00.000000Z",
            "not_after": "2118-11-07T00:00:00.000000Z",
        },
        "alerts": [{"frame": tls.alerts[0].frame, "by": "client", "name": "close_notify"}],
        "records_decrypted": sum(side.records_opened for side in tls.sides),
        "records_closed": 0,
    }


def test_without_keys_tls_1_3_hides_the_certificate() -> None:
    (tls,) = analyze("-", stdin=BytesIO(converse(say=SAY).capture().pcap())).connections[0].tls
    facts = tls_facts(tls, Masking())
    assert (facts["certificate"], facts["alerts"], facts["keys"]) == (None, [], "no keys")
    assert facts["records_closed"] > 0
