from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.forms import Form, policy, signed, taken_form
from tests.build.http import request, response
from tests.build.media import HEVC, mp4

AGENT = "aliyun-sdk-python/2.19.1(Linux/5.4/x86_64;3.11.2)"
BODY = response(body=mp4(*HEVC), Content_Type="video/mp4")


def test_several_objects_with_one_fault_are_told_once() -> None:
    capture = exchange_capture((request("GET", "/a.mp4"), BODY), (request("GET", "/b.mp4"), BODY))
    finding = only_finding(capture, "MED001")
    assert (finding.occurrences, finding.exchanges) == (2, (0, 1))


def test_what_only_a_program_fetched_is_a_note() -> None:
    capture = exchange_capture((request("GET", "/a.mp4", User_Agent=AGENT), BODY))
    assert only_finding(capture, "MED001").severity == "info"
    both = exchange_capture(
        (request("GET", "/a.mp4", User_Agent=AGENT), BODY), (request("GET", "/a.mp4", User_Agent="Mozilla/5.0"), BODY)
    )
    assert only_finding(both, "MED001").severity == "warning"


def test_an_upload_is_looked_at_too() -> None:
    capture = exchange_capture((request("PUT", "/a.mp4", body=mp4(*HEVC), User_Agent=AGENT), response()))
    finding = only_finding(capture, "MED001")
    assert finding.severity == "warning"
    assert {item.field for item in finding.evidence} >= {"request body, video track", "request line", "status line"}


def test_a_video_in_a_form_is_looked_at_too() -> None:
    form = Form(signed(policy()), file=mp4(*HEVC, layout="end", data=5_000), filename="a.mp4")
    capture = taken_form(form)
    (frame,) = [number for number, packet in enumerate(capture.packets, 1) if b"hvc1" in packet.data]
    finding = only_finding(capture, "MED001")
    assert [item.frame for item in finding.evidence if item.field == "request body, video track"] == [frame]


def test_the_evidence_names_the_packet_of_the_track() -> None:
    body = mp4(*HEVC, layout="end", data=20_000)
    capture = exchange_capture((request("GET", "/a.mp4"), response(body=body, Content_Type="video/mp4")))
    (frame,) = [number for number, packet in enumerate(capture.packets, 1) if b"hvc1" in packet.data]
    shown = {item.field: item.frame for item in analyze_capture(capture, "MED001").findings[0].evidence}
    assert shown["response body, video track"] == frame
    assert shown["response body, first bytes"] == 6
