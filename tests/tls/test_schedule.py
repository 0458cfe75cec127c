from hashlib import sha256

from osspcap.tls.schedule import expand_label, master_secret, prf


def test_traffic_keys_are_those_of_rfc_8448() -> None:
    """Section 3, server handshake traffic secret."""
    secret = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
    assert expand_label(secret, b"key", 16, "sha256").hex() == "3fce516009c21727d0f2e4e86ee403bc"
    assert expand_label(secret, b"iv", 12, "sha256").hex() == "5d313eb2671276ee13000b30"


def test_long_output_goes_on_where_short_output_ended() -> None:
    assert expand_label(b"s" * 48, b"key", 100, "sha384")[:1] != expand_label(b"s" * 48, b"key", 1, "sha256")
    assert len(expand_label(b"s" * 48, b"key", 100, "sha384")) == 100


def test_the_function_of_tls_1_2_gives_the_known_answer() -> None:
    """Vector published on the TLS working group's list for P_SHA256."""
    secret = bytes.fromhex("9bbe436ba940f017b17652849a71db35")
    seed = bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    assert prf(secret, b"test label", seed, 100, "sha256").hex() == (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
        "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"
    )


def test_older_versions_mix_two_hashes() -> None:
    mixed = prf(b"abcde", b"label", b"seed", 40, "md5+sha1")
    halves = prf(b"abc", b"label", b"seed", 40, "md5"), prf(b"cde", b"label", b"seed", 40, "sha1")
    assert mixed == bytes(a ^ b for a, b in zip(*halves, strict=True))


def test_the_extended_master_secret_hangs_on_the_transcript() -> None:
    plain = master_secret(b"p" * 48, b"r" * 64, "sha256", None)
    extended = master_secret(b"p" * 48, b"r" * 64, "sha256", b"messages")
    assert plain == prf(b"p" * 48, b"master secret", b"r" * 64, 48, "sha256")
    assert extended == prf(b"p" * 48, b"extended master secret", sha256(b"messages").digest(), 48, "sha256")
    assert len(master_secret(b"p" * 48, b"r" * 64, "md5+sha1", b"messages")) == 48
