from osspcap.oss import limits


def test_limits_stated_by_error_documents_and_pages_have_their_units() -> None:
    assert limits.MAX_CLOCK_SKEW_NS == 900 * 10**9
    assert limits.MIN_PART_BYTES == 102_400
    assert limits.MAX_V4_URL_LIFETIME_S == 7 * 24 * 3600
    assert limits.CALLBACK_TIMEOUT_NS == 5 * 10**9
    assert round(limits.MAX_MULTIPART_OBJECT_BYTES / 1024**4, 1) == 48.8


def test_every_limit_is_a_positive_number() -> None:
    numbers = {name: value for name, value in vars(limits).items() if name.startswith(("MIN_", "MAX_", "CALLBACK_"))}
    assert len(numbers) > 30
    assert all(isinstance(value, int) and value > 0 for value in numbers.values())
