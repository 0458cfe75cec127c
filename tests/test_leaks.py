"""No report in any format gives a credential of its capture away: every fixture, every format."""

import base64
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

from osspcap.analysis import Options, analyze, dissect
from osspcap.model.report import Report
from osspcap.report.conversation import connection_lines, raw_bytes
from osspcap.report.curlcommand import curl_command
from osspcap.report.masking import Masking
from osspcap.report.reporters import FORMATS, Layout, encoded, reporter
from osspcap.report.view import ReportView
from tests.build.leaks import credentials_in, given_away
from tests.build.placed import Placed

ROOT = Path(__file__).resolve().parents[1]
CAPTURES = sorted(path for path in (ROOT / "fixtures").iterdir() if path.suffix in (".pcap", ".pcapng"))


@cache
def report_on(path: Path) -> Report:
    return analyze(path, Options(trace=True))


def written(view: ReportView, name: str) -> bytes:
    return b"".join(map(encoded, reporter(name)(iter([view]), Layout())))


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_no_format_gives_a_credential_away(path: Path) -> None:
    credentials = credentials_in(path.read_bytes())
    leaks = {
        name: found
        for name in FORMATS
        if (found := given_away(written(ReportView(report_on(path)), name), credentials))
    }
    assert leaks == {}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_no_conversation_gives_a_credential_away(path: Path) -> None:
    credentials = credentials_in(path.read_bytes())
    dissection, masking = dissect(path, Options(keep_bodies=True)), Masking()
    for connection in dissection.connections:
        exchanges = [one for one in dissection.exchanges if one.stream == connection.stream]
        shown = "\n".join(map(str, connection_lines(connection, exchanges, masking)))
        assert given_away(shown.encode("utf-8", "backslashreplace"), credentials) == set()
        for one in exchanges:
            assert given_away(raw_bytes(one, masking), credentials) == set()


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Placed:
    return Placed(tmp_path_factory.mktemp("placed") / "x.pcap")


@pytest.mark.parametrize("name", FORMATS)
def test_a_secret_in_any_place_is_masked_in_every_format(name: str, placed: Placed) -> None:
    places = {value.encode(): place for place, value in placed.secrets.items()}
    found = given_away(written(ReportView(report_on(placed.path)), name), set(places))
    assert sorted(places[secret] for secret in found) == []


def test_a_secret_in_any_place_is_masked_in_conversations_and_left_out_of_commands(placed: Placed) -> None:
    places = {value.encode(): place for place, value in placed.secrets.items()}
    dissection, masking = dissect(placed.path, Options(keep_bodies=True)), Masking()
    assert len(dissection.exchanges) > 20
    for connection in dissection.connections:
        exchanges = [one for one in dissection.exchanges if one.stream == connection.stream]
        shown = "\n".join(map(str, connection_lines(connection, exchanges, masking)))
        shown += "".join(curl_command(one, connection, masking).text for one in exchanges)
        raw = b"".join(raw_bytes(one, masking) for one in exchanges)
        found = given_away(shown.encode(), set(places)) | given_away(raw, set(places))
        assert sorted(places[secret] for secret in found) == []


def test_the_last_check_knows_nearly_all_of_them(placed: Placed) -> None:
    known = ReportView(report_on(placed.path)).known_secrets()
    assert {place for place, value in placed.secrets.items() if value not in known} <= {
        *("Digest", "nested", "user information", "quoted cookie", "callback password", "callback token"),
        "encoded name",  # known as it stands, percent-encoded
    }


@pytest.mark.parametrize("name", ["json", "ndjson", "har"])
def test_the_search_finds_what_is_shown_on_purpose(name: str) -> None:
    path = ROOT / "fixtures" / "sig-wrong-secret.pcap"
    credentials = credentials_in(path.read_bytes())
    view = ReportView(report_on(path), show_secrets=True)
    assert len(credentials) > 1
    assert given_away(written(view, name), credentials)


def test_every_encoding_is_seen_through() -> None:
    secret = b"7zcPdmaxyoES2e+sEzVGUR6lgLI="
    for text in (
        secret,
        quote(secret, safe="").encode(),
        quote(quote(secret, safe=""), safe="").encode(),
        secret.hex().encode(),
        secret.hex(" ").upper().encode(),
        base64.b64encode(b"xy" + secret + b"z"),
        secret.replace(b"+", b"\\u002b"),
        secret.replace(b"+", b"&#43;"),
    ):
        assert given_away(b'{"a":"' + text + b'"}', {secret}) == {secret}
    assert given_away(secret[1:], {secret}) == set()


def test_fixtures_hold_credentials_of_many_kinds() -> None:
    assert sum(bool(credentials_in(path.read_bytes())) for path in CAPTURES) > len(CAPTURES) // 2
