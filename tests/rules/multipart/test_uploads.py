import pytest

from osspcap.rules.multipart._uploads import numbers_of


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([3], "part 3"),
        ([2, 1, 2], "parts 1 and 2"),
        ([1, 2, 5], "parts 1, 2 and 5"),
        (range(1, 10_000), "parts 1-9999 (9,999 in all)"),
        ([*range(1, 20), 30], "parts 1-19, 30 (20 in all)"),
        (range(1, 99, 2), "parts 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 ... (49 in all)"),
    ],
)
def test_parts_are_named_in_a_few_words(numbers: list[int], told: str) -> None:
    assert numbers_of(numbers) == told
