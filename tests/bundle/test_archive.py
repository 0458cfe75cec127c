import hashlib
import io
import json
import zipfile
from pathlib import Path

from osspcap.analysis import Options, analyze
from osspcap.bundle.archive import bundle_files, manifest, pack
from osspcap.bundle.evidence import make_evidence
from osspcap.report.view import ReportView

CAPTURE = Path(__file__).resolve().parents[2] / "fixtures" / "faild.pcap"


def files() -> tuple[ReportView, dict[str, bytes]]:
    report = analyze(CAPTURE, Options(trace=True))
    view = ReportView(report)
    return view, bundle_files(view, make_evidence(CAPTURE, report))


def test_a_bundle_holds_every_report_and_the_evidence() -> None:
    view, found = files()
    assert sorted(found) == ["evidence.pcapng", "report.html", "report.json", "report.md", "request-ids.csv"]
    assert json.loads(found["report.json"])["findings"][0]["name"] == "wrong-access-key-secret"
    assert found["report.html"].startswith(b"<!doctype html>")
    assert view.verdict.split(":")[0] in found["report.md"].decode().replace("\\", "")


def test_the_manifest_has_the_digest_of_each_file() -> None:
    view, found = files()
    content = json.loads(manifest(view, found, None, ["signatures"]))
    assert {item["name"]: item["sha256"] for item in content["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items()
    }
    assert content["capture"] == {"name": "faild.pcap", "sha256": hashlib.sha256(CAPTURE.read_bytes()).hexdigest()}
    assert content["masked"] == ["signatures"]


def test_the_same_files_make_the_same_archive() -> None:
    _, found = files()
    packed = pack(found)
    assert packed == pack(dict(reversed(found.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == found
