from osspcap.media.signatures import FIRST_BYTES, SIGNATURES


def test_no_signature_begins_another() -> None:
    found = list(SIGNATURES)
    assert not [(one, other) for one in found for other in found if one != other and other.startswith(one)]


def test_text_ends_at_the_first_byte() -> None:
    assert not FIRST_BYTES & set(b'{<"#-abc 12345')
