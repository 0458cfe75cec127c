import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import TARGET, app_leg, both_legs, client_leg, failed, parameter, reply, upload
from tests.build.http import REQUEST_ID


def test_at_the_application_the_status_is_seen() -> None:
    finding = only_finding(app_leg(reply(b"<html>", 500, "Internal Server Error")), "CBK002")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        f"callback to {TARGET}: the application answers 500 Internal Server Error instead of 200"
        f" (request ID {REQUEST_ID})"
    )
    assert (6, "status line", "HTTP/1.1 500 Internal Server Error") in evidence_of(finding)


@pytest.mark.parametrize(
    ("status", "words"),
    [(301, "does not follow redirects"), (403, "firewall"), (404, "takes no POST"), (204, "2xx"), (400, "refuses")],
)
def test_at_the_client_oss_quotes_it(status: int, words: str) -> None:
    finding = only_finding(client_leg(answer=failed(f"Error status : {status}.", "0007-00000203")), "CBK002")
    assert f"the application answers {status} instead of 200, OSS answers 203 CallbackFailed" in finding.summary
    assert TARGET in finding.summary
    assert words in finding.explanation


def test_a_redirect_shows_where_it_leads_without_its_query() -> None:
    answer = reply(b"", 301, "Moved Permanently", Location="https://app.example.com/cb?ticket=1")
    finding = only_finding(app_leg(answer), "CBK002")
    assert "(https://app.example.com/cb)" in finding.fix[0]


def test_a_502_over_https_hints_at_the_server_name() -> None:
    def steps(**changed: object) -> str:
        sent = upload(parameter(callbackUrl="https://app.example.com/cb", **changed))
        return " ".join(only_finding(client_leg(sent, failed("Error status : 502.")), "CBK002").fix)

    assert "callbackSNI" in steps()
    assert "callbackSNI" not in steps(callbackSNI=True)
    assert "listens" in steps()


def test_both_legs_are_one_finding() -> None:
    finding = only_finding(both_legs(reply(b"", 404, "Not Found"), failed("Error status : 404.")), "CBK002")
    assert finding.exchanges == (0, 1)
    assert finding.occurrences == 1


def test_the_ec_alone_tells_that_it_was_a_status() -> None:
    finding = only_finding(client_leg(answer=failed("", "0007-00000203")), "CBK002")
    assert "another status than 200" in finding.summary


def test_200_is_silent() -> None:
    assert not analyze_capture(app_leg(), "CBK002").findings
    assert not analyze_capture(client_leg(), "CBK002").findings
