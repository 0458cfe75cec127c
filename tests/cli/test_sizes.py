import click
import pytest

from osspcap.cli.sizes import read_size


def read(text: str) -> int:
    return read_size(click.Context(click.Command("x")), click.Option(["--max-memory"]), text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("1k", 1024),
        ("500M", 500 << 20),
        ("2GiB", 2 << 30),
        ("1.5 gb", 3 << 29),
        (" 1T ", 1 << 40),
        ("10B", 10),
    ],
)
def test_sizes_are_read_with_and_without_units(text: str, size: int) -> None:
    assert read(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "1e9", "10 parsecs", "9" * 30, "2000000T", "0.1", "1\udcff"])
def test_what_is_no_size_is_a_usage_error(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write bytes with a unit: 500M, 2GiB"):
        read(text)
