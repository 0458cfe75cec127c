from pathlib import Path

from osspcap.analysis import analyze
from osspcap.model.finding import Severity
from tests.build.mismatch import mismatch, only, report_on, shown, v1_request, v1_string

FAQ = Path(__file__).parents[3] / "fixtures" / "faq-sample.pcap"
SAME = v1_string()


def test_the_sample_of_the_faq_names_two_buckets() -> None:
    finding = only(analyze(FAQ), "SIG111")
    assert finding.severity is Severity.INFO
    assert "'/rokid/ttsservice/passwd?uploadId=D468E486D1D94D90A1AB8885A4E32AE0'" in finding.summary
    assert "'/rokid-ops-model/ttsservice/passwd?uploadId=D468E486D1D94D90A1AB8885A4E32AE0'" in finding.summary
    assert "POST /ttsservice%2Fpasswd?uploadId=" in shown(finding)


def test_both_strings_are_shown_whole() -> None:
    edited = SAME.replace("rokid", "masked-bucket")
    finding = only(report_on((v1_request(SAME), mismatch(SAME, StringToSign=edited))), "SIG111")
    text, octets = (item for item in finding.evidence if "StringToSign" in item.field)
    assert (text.observed, octets.observed) == (edited, SAME)


def test_masks_and_lost_line_feeds_are_silent() -> None:
    for text in (SAME.replace("rokid", "r***d"), SAME.replace("\n\n", "\n"), SAME):
        assert not report_on((v1_request(SAME), mismatch(SAME, StringToSign=text)), only="SIG111").findings
