from pathlib import Path
from ssl import TLSVersion

from osspcap.model.trace import PacketNote
from osspcap.report.ladderfacts import NOTES, ladders
from osspcap.report.view import ReportView
from tests.build.analyze import refused
from tests.build.http import oss_error, request, response
from tests.build.story import AUTHORIZATION
from tests.build.tls import converse
from tests.build.traces import traced_report
from tests.build.wire import ACK, Capture

CAPTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_packets_are_told_with_what_they_mean_to_http_and_who_names_them() -> None:
    view = ReportView(traced_report(refused(404, "NoSuchBucket", "There is none.")))
    (ladder,) = ladders(view)
    assert (ladder["client"], ladder["server"], ladder["packets"]) == ("192.0.2.10:50000", "203.0.113.10:80", 10)
    assert ladder["labels"] == {"4": ["GET rokid/key"], "6": ["404 NoSuchBucket"]}
    assert ladder["steps"][0] == [1, 0, 1, 2, 0, None, 0, 64240, 0]
    assert ladder["steps"][3][:3] == [4, 3_000_000, 1]
    named = {view.findings[number].rule for numbers in ladder["named"].values() for number in numbers}
    assert named == {finding.rule for finding in view.findings}


def test_holes_and_notes_are_told() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/a"))
    tcp.lose(1, b"y" * 700)
    tcp.server(b"later")
    tcp.send(0, ACK, b"x", window=0)
    (ladder,) = ladders(ReportView(traced_report(capture)))
    assert ladder["gaps"] == [[6, 0, 700, "not captured", 1]]
    assert ladder["steps"][-1][-1] == 1 << NOTES.index(PacketNote.ZERO_WINDOW)


def test_a_tls_handshake_and_its_alerts_are_named() -> None:
    view = ReportView(traced_report((CAPTURES / "https-no-keys.pcap").read_bytes()))
    assert ladders(view)[0]["labels"] == {
        "4": ["ClientHello rokid.oss-cn-hangzhou.aliyuncs.com"],
        "6": ["ServerHello TLS 1.3 AES_256_GCM_SHA384"],
        "10": ["Finished"],
    }
    talk = converse(maximum=TLSVersion.TLSv1_2)
    labels = ladders(ReportView(traced_report(talk.capture())))[0]["labels"]
    assert any(text.startswith("Certificate ") for texts in labels.values() for text in texts)


def test_the_stream_of_the_worst_finding_comes_first() -> None:
    capture = Capture()
    for number, answer in enumerate((response(), response(403, body=oss_error("AccessDenied", "No.")))):
        tcp = capture.tcp(cport=50000 + number)
        tcp.handshake()
        tcp.client(request("GET", "/a", Authorization=AUTHORIZATION))
        tcp.server(answer)
    assert [ladder["stream"] for ladder in ladders(ReportView(traced_report(capture)))] == [1, 0]


def test_addresses_are_hidden_if_asked_for() -> None:
    (ladder,) = ladders(ReportView(traced_report(refused(404, "NoSuchKey", "x")), mask_ip=True))
    assert "192.0.2.10" not in str(ladder)


def test_a_report_without_packets_has_no_ladder() -> None:
    assert ladders(ReportView(traced_report(Capture()))) == []
