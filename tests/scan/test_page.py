import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from osspcap.scan import page
from osspcap.scan.page import index_page
from osspcap.scan.store import Store, open_for_reading
from tests.build.scans import directory, refusal, scan, success

HOSTILE = "<img src=x onerror=alert(1)>\u202e\n.pcap"


def page_of(out: Path) -> str:
    with open_for_reading(str(out / "store.sqlite")) as db:
        return "".join(index_page(db, heading="captures"))


def block(text: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def verdict(text: str) -> str:
    return html.unescape(re.findall(r'<h1 id="verdict">(.*?)</h1>', text)[0])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    captures = directory(tmp_path / "captures", 7)
    (captures / HOSTILE).write_bytes(refusal(50, "one"))
    (captures / "empty.pcap").touch()
    scan([captures], tmp_path / "out", report="json")
    return tmp_path / "out"


def test_all_is_on_the_page_worst_first(out: Path) -> None:
    text = page_of(out)
    captures = block(text, "capture-rows")
    assert [(row[1], row[2]) for row in captures] == [("done", "error")] * 4 + [("done", "info")] * 4 + [
        ("unreadable", "")
    ]
    assert verdict(text) == "4 captures of 8 have errors. Most frequent: no-such-bucket."
    faults = block(text, "fault-rows")
    assert {(row[0], row[2], row[5]) for row in faults if row[0] == "error"} == {
        ("error", "no-such-bucket", bucket) for bucket in ("bucket-0", "bucket-1", "bucket-2", "one")
    }
    assert all(captures[place][3] for row in faults if row[0] == "error" for place in row[15])
    assert set(block(text, "steps")) == {row[1] for row in faults}


def test_every_report_that_is_linked_is_there(out: Path) -> None:
    links = [row[16] for row in block(page_of(out), "capture-rows")]
    assert len([link for link in links if link]) == 8
    assert all((out / link).is_file() for link in links if link)


def test_names_of_files_cannot_become_markup_or_hide(out: Path) -> None:
    text = page_of(out)
    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert any(r"\u202e\n.pcap" in row[0] for row in block(text, "capture-rows"))


def test_nothing_is_asked_of_the_network(out: Path) -> None:
    text = page_of(out)
    assert "default-src 'none'" in html.unescape(text)
    outside = re.findall(r'(?:href|src)="([^"]+)"', re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    assert set(outside) <= {"data:,", "#main", "#faults", "#captures", "summary.csv", "faults.csv", "findings.ndjson"}


def test_verdicts(tmp_path: Path) -> None:
    scan([], tmp_path / "empty")
    assert verdict(page_of(tmp_path / "empty")) == "No capture has been analyzed yet."
    (tmp_path / "good.pcap").write_bytes(success(1))
    (tmp_path / "bad.pcap").touch()
    scan([tmp_path / "good.pcap", tmp_path / "bad.pcap"], tmp_path / "good")
    assert verdict(page_of(tmp_path / "good")) == "No fault was found in 1 capture; 1 capture could not be analyzed."
    (tmp_path / "one.pcap").write_bytes(refusal(1))
    scan([tmp_path / "one.pcap"], tmp_path / "one")
    assert verdict(page_of(tmp_path / "one")) == "1 capture of 1 has errors. Most frequent: no-such-bucket."


def test_the_page_is_bounded_and_says_so(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MAX_CAPTURES", 3)
    monkeypatch.setattr(page, "MAX_FAULTS", 2)
    text = page_of(out)
    assert len(block(text, "capture-rows")) == 3
    assert len(block(text, "fault-rows")) == 2
    assert "more lines are in" in text


def test_the_most_frequent_are_listed(out: Path) -> None:
    text = page_of(out)
    values = re.findall(r'data-facet="(\w+)" data-value="([^"]+)"', text)
    assert ("rule", "REQ002 no-such-bucket") in values
    assert ("client", "aliyun-sdk-python/2.19.1") in values
    assert [value for facet, value in values if facet == "bucket"] == ["bucket-0", "bucket-1", "bucket-2", "one"]


def test_a_store_cannot_have_other_things_linked(out: Path) -> None:
    with Store(str(out / "store.sqlite")) as store:
        store.connection.execute("UPDATE captures SET report = 'javascript:alert(1)'")
    text = page_of(out)
    assert "javascript:" not in text
    assert {row[16] for row in block(text, "capture-rows")} == {""}
