import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from osspcap.report import htmlreport
from osspcap.report.htmlreport import write_reports
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView
from tests.build.analyze import analyze_capture, exchange_capture, refused
from tests.build.hostile import hostile_capture
from tests.build.http import oss_error, request, response
from tests.build.mismatch import mismatch, report_on, v1_request, v1_string
from tests.build.mutations import mutate
from tests.build.reports import SECRETS, exchange, fact, finding, forms_of, message, report, secretive_report
from tests.build.traces import traced_report
from tests.build.wire import Capture

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def page(*reports: Any, **layout: Any) -> str:
    return "".join(write_reports((ReportView(one) for one in reports), Layout(**layout)))


def data_of(text: str, prefix: str = "r0-") -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{prefix}data">(.*?)</script>', text)
    return json.loads(found)


def words_of(text: str) -> str:
    """What a reader without scripts sees, blanks folded."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_answer_needs_no_script() -> None:
    text = words_of(page(traced_report(refused(404, "NoSuchBucket", "The specified bucket does not exist."))))
    assert "NoSuchBucket" in text
    assert "What to do" in text
    assert "frame 6" in text
    assert "tcp.stream eq 0" in text


def test_the_verdict_is_the_heading_and_is_not_repeated_by_its_finding() -> None:
    one = report(findings=(finding("The bucket is not there"),), verdict="The bucket is not there.")
    text = page(one)
    assert re.findall(r"<h1>(.*?)</h1>", text) == ["The bucket is not there."]
    assert words_of(text).count("The bucket is not there") == 1


def test_without_a_fault_it_says_what_was_checked_and_how_good_the_capture_was() -> None:
    text = words_of(page(analyze_capture(exchange_capture((request("GET", "/a"), response())))))
    assert re.search(r"Checked: [0-9]+ rules on 1 exchange \(1 with OSS\) in 1 TCP connection", text)
    assert "lacks nothing that was noticed" in text
    capture = exchange_capture((request("GET", "/a"), response()))
    del capture.packets[:2]
    assert "captured without the handshake" in words_of(page(analyze_capture(capture)))


def test_what_was_sent_stands_beside_what_was_signed_and_differences_are_marked() -> None:
    sent, seen = v1_string(content_type="text/plain"), v1_string(content_type="text/plain; charset=utf-8")
    text = page(report_on((v1_request(sent, Content_Type="text/plain"), mismatch(seen))))
    (row,) = re.findall(r'<tr class="differs">(.*?)</tr>', text, re.DOTALL)
    assert "Content-Type" in row
    assert "<mark>; charset=utf-8</mark>" in row


def test_observed_and_expected_are_marked_where_they_are_alike() -> None:
    alike, other = fact("a", "text/plainX", "text/plainY"), fact("b", "PUT /a HTTP/1.1", "the same over TLS")
    text = page(report(findings=(finding("x", alike, other),)))
    assert "text/plain<mark>X</mark>" in text
    assert '<code class="wire">the same over TLS</code>' in text


def test_no_secret_stands_in_the_page() -> None:
    text = page(secretive_report())
    for secret in SECRETS.values():
        assert not any(form in text for form in forms_of(secret))


def test_rows_hold_what_the_waterfall_draws() -> None:
    facts = data_of(page(traced_report(refused(404, "NoSuchKey", "The specified key does not exist."))))
    (row,) = facts["rows"]
    assert row[:4] == [0, 0, 4, 0.0]
    assert row[4:8] == ["GET", "rokid/key", 404, "NoSuchKey"]
    assert [kind for kind, _, _ in row[11]] == [0, 2, 3, 4]
    assert row[11][0] == [0, 0.0, 2000.0]
    assert facts["findings"][row[9]][1] == "warning"
    assert facts["ladders"][0]["packets"] == 10


def test_of_many_exchanges_the_failed_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(htmlreport, "MAX_ROWS", 5)
    monkeypatch.setattr(htmlreport, "MAX_DETAIL_CHARACTERS", 3_000)
    pairs = [(request("GET", f"/{number}"), response()) for number in range(20)]
    pairs[17] = (request("GET", "/17"), response(404, body=oss_error("NoSuchKey", "No such key.")))
    facts = data_of(page(analyze_capture(exchange_capture(*pairs))))
    assert [row[0] for row in facts["rows"]] == [0, 1, 2, 3, 17]
    assert "17" in facts["details"]
    assert len(facts["details"]) < 5
    assert facts["total"] == 20


def test_several_captures_are_parts_of_one_page_and_what_was_not_read_is_said() -> None:
    reports = [analyze_capture(exchange_capture((request("GET", f"/{name}"), response()))) for name in "ab"]
    text = page(*reports, is_batch=True, errors=[("c.pcap", "there is no such file")])
    assert [data_of(text, f"r{number}-")["rows"][0][5] for number in (0, 1)] == ["rokid/a", "rokid/b"]
    identifiers = re.findall(r'\sid="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    assert "there is no such file" in words_of(text)


def test_findings_only_leaves_out_tables_and_packets() -> None:
    text = page(traced_report(refused(404, "NoSuchKey", "x")), findings_only=True)
    assert 'type="application/json"' not in text
    targets = set(re.findall(r'\sid="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) - {"r0-exchanges", "r0-packets"} <= targets
    assert 'data-packet="' not in text
    assert "NoSuchKey" in words_of(text)


def test_commands_stand_out_and_documents_can_be_copied() -> None:
    one = report(
        findings=(
            finding(
                "x",
                fix=(
                    "Run `osspcap show`.",
                    "Send <A><B>1</B></A>",
                    'Use `ossutil`: {"Rule": ["PUT", "GET", "HEAD"]}',
                    "A ` b",
                ),
            ),
        )
    )
    text = page(one)
    assert 'Run <code class="wire">osspcap show</code>.' in text
    assert 'data-copy="&lt;A&gt;&lt;B&gt;1&lt;/B&gt;&lt;/A&gt;"' in text
    assert 'data-copy="{&#34;Rule&#34;: [&#34;PUT&#34;, &#34;GET&#34;, &#34;HEAD&#34;]}"' in text
    assert "<li>A ` b</li>" in text


def test_a_command_for_the_shell_is_quoted() -> None:
    one = report(exchange(0, None, message(response()), None), path="a b'; rm -rf $(x).pcap")
    assert data_of(page(one))["show"] == "osspcap show 'a b'\"'\"'; rm -rf $(x).pcap' --exchange"
    assert data_of(page(report(path="-")))["show"] == ""


@pytest.mark.parametrize("seed", range(16))
def test_damaged_captures_have_their_page_too(seed: int) -> None:
    rng = random.Random(seed)
    content = hostile_capture().pcap() if seed % 2 else (FIXTURES / "https-no-keys.pcap").read_bytes()
    one = traced_report(content[:24] + mutate(rng, mutate(rng, content))[24:])
    text = page(one)
    assert len(data_of(text)["rows"]) == len(one.exchanges)
    assert not set("\x1b\x9b\u202e\u2066") & set(text)


def test_an_empty_capture_has_its_page() -> None:
    assert "There is no packet in it" in words_of(page(analyze_capture(Capture())))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.pcap*")), ids=lambda path: path.name)
def test_every_fixture_has_its_page(path: Path) -> None:
    one = traced_report(path.read_bytes())
    text = page(one)
    assert len(data_of(text)["rows"]) == len(one.exchanges)
    assert all(item.name in text for item in one.findings)
    assert len(text) < 3_000_000
