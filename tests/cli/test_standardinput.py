import sys
from io import BytesIO, TextIOWrapper

import click
import pytest

from osspcap.cli.main import run
from osspcap.cli.standardinput import refuse_terminal, standard_input


class Terminal(TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_refused_only_where_it_would_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(BytesIO()))
    refuse_terminal("a.pcap", "b.pcap")
    with pytest.raises(click.UsageError, match="standard input is a terminal"):
        refuse_terminal("a.pcap", "-")


def test_the_stream_is_handed_out_only_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = BytesIO(b"x")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(stream))
    assert standard_input("a.pcap") is None
    assert standard_input("a.pcap", "-") is stream


@pytest.mark.parametrize(
    "command", [["analyze", "-"], ["show", "--stream", "0", "-"], ["compare", "-", "fixtures/faild.pcap"]]
)
def test_closed_standard_input_is_one_line(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)  # what Python makes of `osspcap analyze - <&-`
    assert run(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("osspcap: -: standard input is closed; pipe a capture into it")
    assert error.count("\n") == 1
