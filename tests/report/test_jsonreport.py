import json
import os
import shutil
import subprocess
from typing import Any
from unittest import mock

import pytest

from osspcap._version import __version__
from osspcap.model.secrets import NO_SECRETS
from osspcap.report.jsonreport import batch_pieces, begin_lists, indented, report_pieces, rules_json
from osspcap.report.view import ReportView
from tests.build.http import request, response
from tests.build.reports import (
    SECRETS,
    connection,
    exchange,
    fact,
    finding,
    forms_of,
    message,
    operation,
    report,
    secretive_report,
)

KEYS = {
    "": "schema_version tool capture connections exchanges findings undecided summary",
    "capture": "path sha256 format compression link_types packets bytes snaplen first_packet last_packet truncated "
    "connections exchanges oss_exchanges",
    "connections": "stream client server protocol sni first_frame last_frame packets handshake_rtt_ms "
    "retransmitted_segments missing_bytes_client missing_bytes_server end",
    "findings": "rule name category severity confidence summary explanation fix sources occurrences exchanges streams "
    "evidence filter",
    "undecided": "rule name reason exchanges",
    "summary": "errors warnings infos verdict",
}


def text_of(view: ReportView) -> str:
    return b"".join(report_pieces(view)).decode()


def parsed(view: ReportView) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(text_of(view).encode())
    return result


def test_every_key_of_schema_version_1_stands_in_its_order() -> None:
    whole = parsed(ReportView(secretive_report()))
    assert whole["schema_version"] == 1
    assert whole["tool"] == {"name": "osspcap", "version": __version__}
    for place, keys in KEYS.items():
        part = whole[place] if place else whole
        part = part[0] if isinstance(part, list) else part
        assert [key for key in part if key in keys.split()] == keys.split()
    assert list(whole["findings"][0]["evidence"][0]) == ["frame", "stream", "exchange", "field", "observed", "expected"]


def test_the_capture_is_described_with_null_for_what_is_unknown() -> None:
    capture = parsed(ReportView(report(snaplen=None, first_packet_ns=None, truncated_at=5)))["capture"]
    assert capture["bytes"] == 1812
    assert capture["snaplen"] is None
    assert capture["first_packet"] is None
    assert capture["last_packet"] == "2018-12-29T07:32:34.010000Z"
    assert capture["truncated"] is True


def test_a_connection_states_ends_round_trip_and_what_is_missing() -> None:
    one = connection()
    one.directions[0].bytes_missing, one.directions[1].retransmitted = 7, 2
    listed = parsed(ReportView(report(connections=(one,))))["connections"][0]
    assert (listed["client"], listed["server"]) == ("192.0.2.10:50000", "203.0.113.10:80")
    assert listed["handshake_rtt_ms"] == 1.0
    assert (listed["missing_bytes_client"], listed["missing_bytes_server"]) == (7, 0)
    assert listed["retransmitted_segments"] == 2
    assert listed["end"] == "closed by client"


def test_an_empty_report_has_empty_lists() -> None:
    whole = parsed(ReportView(report(connections=())))
    assert [whole[key] for key in ("connections", "exchanges", "findings", "undecided")] == [[], [], [], []]


def test_exchanges_come_in_pieces_and_all_of_them() -> None:
    exchanges = [exchange(n, message(request()), message(response()), operation()) for n in range(600)]
    pieces = list(report_pieces(ReportView(report(*exchanges))))
    assert max(len(piece) for piece in pieces) < len(b"".join(pieces)) / 2
    assert [one["id"] for one in json.loads(b"".join(pieces))["exchanges"]] == list(range(600))


def test_two_processes_write_the_same_bytes() -> None:
    exchanges = [exchange(n, message(request()), message(response()), operation()) for n in range(5_000)]
    with mock.patch.object(os, "fork", wraps=os.fork) as fork:
        ahead = begin_lists([connection()], exchanges, show_secrets=False, lent=NO_SECRETS)
    assert fork.call_count == 1
    written = report_pieces(ReportView(report(*exchanges), ahead=ahead))
    assert b"".join(written) == b"".join(report_pieces(ReportView(report(*exchanges))))


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_in_any_form_reaches_the_report(name: str) -> None:
    text = text_of(ReportView(secretive_report()))
    assert not [form for form in forms_of(SECRETS[name]) if form in text]


def test_one_secret_has_one_mask_everywhere() -> None:
    whole = parsed(ReportView(secretive_report()))
    one = whole["exchanges"][0]
    assert one["oss"]["error"]["fields"]["SignatureProvided"] == "***9d69"
    assert dict(one["request"]["headers"])["Authorization"].endswith(":***9d69")
    assert "***9d69" in whole["findings"][0]["summary"]


def test_hostile_strings_are_valid_utf_8_and_inert() -> None:
    hostile = "\udcff\x1b[2J\u202e\x9b\x7f\x00\u2028"
    view = ReportView(report(path="cap\udcff.pcap", findings=(finding("x", fact("request target", hostile)),)))
    text = text_of(view)
    text.encode()
    assert not set(text) & set("\x1b\u202e\x9b\x7f\x00\u2028\n")
    assert json.loads(text)["capture"]["path"] == "cap\\udcff.pcap"
    assert json.loads(text)["findings"][0]["evidence"][0]["observed"] == "\\udcff" + hostile[1:]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_accepts_it() -> None:
    hostile = finding("x", fact("request target", "\udcff\x00\ud800\U0001f600"))
    text = text_of(ReportView(report(exchange(0, message(request()), None, operation()), findings=(hostile,))))
    done = subprocess.run(["jq", "-e", ".schema_version"], input=text.encode(), capture_output=True, check=True)
    assert done.stdout == b"1\n"


def test_several_captures_make_one_object_that_names_unreadable_ones() -> None:
    views = [ReportView(report(path="a.pcap")), None, ReportView(report(path="b.pcap"))]
    whole = json.loads(b"".join(batch_pieces(views, [("c.pcap", "is empty")])))
    assert whole["schema_version"] == 1
    assert [one["capture"]["path"] for one in whole["reports"]] == ["a.pcap", "b.pcap"]
    assert whole["errors"] == [{"path": "c.pcap", "error": "is empty"}]
    assert list(json.loads(b"".join(batch_pieces(views, [])))) == ["schema_version", "reports"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert text_of(ReportView(secretive_report())) == text_of(ReportView(secretive_report()))


def test_the_layout_for_terminals_holds_the_same_values() -> None:
    text = text_of(ReportView(secretive_report()))
    assert json.loads(indented(text)) == json.loads(text)
    assert "\n  " in indented(text)


def test_the_catalogue_is_an_object_with_a_list_of_rules() -> None:
    assert json.loads(rules_json([{"code": "SIG101"}])) == {"schema_version": 1, "rules": [{"code": "SIG101"}]}
