import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from osspcap.analysis import analyze
from osspcap.model.finding import Severity, Undecided
from osspcap.report.reporters import Layout
from osspcap.report.sarif import write_reports
from osspcap.report.view import ReportView
from tests.build.reports import SECRETS, fact, finding, forms_of, report, secretive_report

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "fixtures" / "schemas" / "sarif-2.1.0-rtm.5.json.gz"
CAPTURES = sorted(path for path in (ROOT / "fixtures").iterdir() if path.suffix in (".pcap", ".pcapng"))


@cache
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(gzip.decompress(SCHEMA.read_bytes())))


def log(*views: ReportView, errors: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    made: dict[str, Any] = json.loads("".join(write_reports(iter(views), Layout(errors=errors))))
    assert [error.message for error in validator().iter_errors(made)] == []
    return made


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_the_log_of_every_fixture_is_valid_by_the_official_schema(path: Path) -> None:
    (run,) = log(ReportView(analyze(path)))["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_schema_refuses_what_is_none() -> None:
    made = log(ReportView(report(findings=(finding("x"),))))
    made["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator().is_valid(made)


def test_a_finding_is_a_failure_with_its_packets_and_its_rule() -> None:
    found = finding("It failed", fact("status line", "HTTP/1.1 403 Forbidden", "200"), fix=("Mend it.",))
    (run,) = log(ReportView(report(findings=(found,), path="/data/my captures/x.pcap")))["runs"]
    (result,) = run["results"]
    assert (result["kind"], result["level"], result["message"]["text"]) == ("fail", "error", "It failed")
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "tcp.stream eq 0 && frame.number == 6"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///data/my%20captures/x.pcap"
    assert result["relatedLocations"][0]["message"]["text"] == "status line: HTTP/1.1 403 Forbidden; expected: 200"
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "SIG101"
    assert rule["help"]["markdown"].startswith("## What it finds\n\n")
    assert "## What to do\n\n1. " in rule["help"]["markdown"]
    assert run["artifacts"][0]["hashes"] == {"sha-256": "ab" * 32}


@pytest.mark.parametrize(
    ("severity", "level"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")]
)
def test_severities_become_levels(severity: Severity, level: str) -> None:
    (run,) = log(ReportView(report(findings=(finding("x", severity=severity),))))["runs"]
    assert run["results"][0]["level"] == level


def test_what_could_not_be_decided_is_open() -> None:
    (run,) = log(ReportView(report(undecided=(Undecided("SIG101", "x", "no secret is known", (0,)),))))["runs"]
    (result,) = run["results"]
    assert (result["kind"], result["level"]) == ("open", "none")
    assert result["message"]["text"] == "Could not be decided: no secret is known"


def test_a_fingerprint_stays_and_tells_findings_apart() -> None:
    def fingerprints(*summaries: str) -> list[str]:
        found = tuple(finding(summary) for summary in summaries)
        (run,) = log(ReportView(report(findings=found)))["runs"]
        return [result["partialFingerprints"]["finding/v1"] for result in run["results"]]

    one, two = fingerprints("one", "two")
    assert one != two
    assert fingerprints("two", "one") == [two, one]


def test_captures_get_a_run_each_and_failed_inputs_one_of_their_own() -> None:
    made = log(ReportView(report()), ReportView(report(path="-")), errors=(("b c.pcap", "is empty"),))
    assert len(made["runs"]) == 3
    assert made["runs"][1]["artifacts"][0]["location"]["uri"] == "stdin"
    (invocation,) = made["runs"][2]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "is empty"


def test_a_rule_that_is_not_known_is_named_all_the_same() -> None:
    (run,) = log(ReportView(report(findings=(finding("x", rule="XXX999"),))))["runs"]
    assert run["tool"]["driver"]["rules"] == [{"id": "XXX999"}]


def test_no_secret_stands_in_it() -> None:
    text = "".join(write_reports(iter([ReportView(secretive_report())]), Layout()))
    assert [name for name, secret in SECRETS.items() for form in forms_of(secret) if form in text] == []
