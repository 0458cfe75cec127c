"""Reports on a few captures that tell a story, in full and in every format, as they stand in `tests/golden`.

`pytest tests/test_golden.py --update-golden` writes them anew; the difference is then read before it is committed.
Each story runs the rules that it is about, so that a new rule elsewhere changes nothing here.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.report import Report
from osspcap.report.reporters import FORMATS, NEED_PACKETS, Layout, encoded, reporter
from osspcap.report.view import ReportView

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
STORIES = {
    "faild.pcap": ("SIG101", "CLK001", "END011"),
    "sig-content-type-rewritten.client.pcap": ("PRX101", "SIG100"),
    "callback-bom.client.pcap": ("CBK001",),
    "cors-preflight-denied.pcap": ("COR001",),
    "clean-v1-snaplen96.pcap": ("CAP001", "CAP002", "END011"),
    "clean-v1.pcap": ("SIG101",),
}
"""Capture to the rules that run."""
ENDINGS = {"text": "txt", "markdown": "md", "sarif": "sarif.json", "har": "har.json"}
_ASSET = re.compile(r"(<(script|style)\b[^>]*>).*?(</\2>)|(sha256-)[\w+/]+=", re.DOTALL)
"""What every page has in common: script and style are files of their own, and the policy names them by their hash."""


@cache
def report_on(name: str, *, packets: bool) -> Report:
    return analyze(Path("fixtures") / name, Options(select=STORIES[name], trace=packets))


def written(name: str, form: str) -> str:
    """The report, laid out so that a difference of versions can be read."""
    view = ReportView(report_on(name, packets=form in NEED_PACKETS))
    text = b"".join(map(encoded, reporter(form)(iter([view]), Layout(is_terminal=form == "json")))).decode()
    if form in ("har", "sarif"):
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
    return _ASSET.sub(r"\1\3\4", text) if form == "html" else text


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", STORIES)
def test_the_report_is_the_one_on_record(
    name: str, form: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    text, path = written(name, form), GOLDEN / f"{Path(name).stem}.{ENDINGS.get(form, form)}"
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_nothing_else_is_on_record() -> None:
    expected = {f"{Path(name).stem}.{ENDINGS.get(form, form)}" for name in STORIES for form in FORMATS}
    assert {path.name for path in GOLDEN.iterdir() if path.name != "README.md"} == expected


def test_every_story_but_the_healthy_one_is_about_something() -> None:
    found = {name: bool(report_on(name, packets=False).findings) for name in STORIES}
    assert [name for name, has_findings in found.items() if not has_findings] == ["clean-v1.pcap"]
