"""Each capture in `fixtures/` is reported as what its truth file says, and gives no secret away."""

import hashlib
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from osspcap.rules.registry import all_rules
from tests.build.truth import disagreements

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
TRUTHS = sorted(FIXTURES.glob("*.json"))
SIZE_LIMIT_BYTES = 800_000
"""All fixtures together: they travel with every clone and source archive."""


def truth_of(path: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return truth


@cache
def reports(*options: str) -> dict[str, dict[str, Any]]:
    """One run of the program over all fixtures; reports by file name."""
    captures = [str(FIXTURES / truth_of(path)["capture"]) for path in TRUTHS]
    command = [sys.executable, "-m", "osspcap", "analyze", *captures, "-f", "json", *options]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 1, done.stderr.decode(errors="replace")
    made = json.loads(done.stdout)["reports"]
    return {Path(report["capture"]["path"]).name: report for report in made}


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_report_tells_what_happened(path: Path) -> None:
    truth = truth_of(path)
    report = reports("--show-secrets")[truth["capture"]]
    assert disagreements(report, truth, {rule.name for rule in all_rules()}) == []


@pytest.mark.parametrize("path", [path for path in TRUTHS if "keylog" in truth_of(path)], ids=lambda path: path.stem)
def test_report_tells_what_happened_inside_tls(path: Path) -> None:
    truth = truth_of(path)
    files = [str(FIXTURES / truth["capture"]), "--keylog", str(FIXTURES / truth["keylog"])]
    command = [sys.executable, "-m", "osspcap", "analyze", *files, "-f", "json", "--show-secrets"]
    report = json.loads(subprocess.run(command, capture_output=True, check=False, cwd=ROOT).stdout)
    assert disagreements(report, truth, {rule.name for rule in all_rules()}, is_opened=True) == []


def signatures_in(capture: bytes) -> set[str]:
    """Signatures as they stand in the capture: behind a key ID, in a query, in an error document."""
    found = re.findall(rb"OSS \w[\w.]+:([\w+/]{27}=)", capture)
    found += re.findall(rb"[?&]Signature=([\w%+/]{20,}?)[& ]", capture)
    found += re.findall(rb"Signature=([0-9a-f]{64})", capture)
    found += re.findall(rb"<SignatureProvided>([^<]{20,})<", capture)
    return {match.decode() for match in found}


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_report_gives_no_signature_away(path: Path) -> None:
    truth = truth_of(path)
    shown = json.dumps(reports()[truth["capture"]], ensure_ascii=False)
    secrets = signatures_in((FIXTURES / truth["capture"]).read_bytes())
    assert [secret for secret in secrets if secret in shown] == []


def test_signatures_are_there_to_be_hidden() -> None:
    assert signatures_in((FIXTURES / "faild.pcap").read_bytes()) == {"7zcPdmaxyoES2e+sEzVGUR6lgLI="}
    assert signatures_in((FIXTURES / "presign-expired.pcap").read_bytes())


def test_synthetic_fixtures_are_what_their_generator_makes(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_fixtures.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == ["faild.json", "faild.pcap", "faq-sample.json", "faq-sample.pcap"]
    for path in made:
        assert (
            hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256((FIXTURES / path.name).read_bytes()).digest()
        )


def test_every_fixture_is_listed_and_has_its_truth() -> None:
    index = (FIXTURES / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+\.pcap(?:ng)?)` \|", index, re.MULTILINE))
    captures = {path.name for path in FIXTURES.iterdir() if path.suffix in (".pcap", ".pcapng")}
    assert listed == captures
    assert {truth_of(path)["capture"] for path in TRUTHS} == captures


def test_fixtures_stay_small() -> None:
    assert sum(path.stat().st_size for path in FIXTURES.iterdir()) < SIZE_LIMIT_BYTES
