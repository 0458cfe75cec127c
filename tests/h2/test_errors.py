from osspcap.h2.errors import error_name


def test_codes_have_the_names_of_the_standard() -> None:
    assert [error_name(code) for code in (0, 7, 8, 13)] == ["NO_ERROR", "REFUSED_STREAM", "CANCEL", "HTTP_1_1_REQUIRED"]


def test_a_code_without_a_name_is_a_number() -> None:
    assert error_name(0xBEEF) == "error 0xbeef"
