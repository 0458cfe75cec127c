import pytest
from rich.text import Text

from osspcap.model.finding import Confidence, Severity, Undecided
from osspcap.report.text import format_report, render
from osspcap.report.view import ReportView
from tests.build.http import request, response
from tests.build.reports import (
    SECRETS,
    error_document,
    exchange,
    fact,
    finding,
    forms_of,
    message,
    operation,
    report,
    secretive_report,
)

STORY = """\
osspcap faild.pcap  1 error, 0 warnings, 1 note

PUT rokid/a.jpg failed: a device between client and OSS changed Content-Type.

Fix    Ask the operator of the proxy to pass Content-Type through unchanged for
       PUT requests to OSS.
Proof  frame 4, request header Content-Type: image/jpeg; expected: image/jpg

ERROR PRX101 content-type-rewritten
  OSS received Content-Type image/jpg where the client sent image/jpeg.

  The string that OSS signed over is in its answer, and differs from the
  captured request in this line only.

  Evidence
    frame 4  in        request header Content-Type
             seen      image/jpeg
             expected  image/jpg
    frame 6  in        response body <StringToSign>
             seen      PUT

                       image/jpg

  What to do
    1. Ask the operator of the proxy to pass Content-Type through unchanged for
       PUT requests to OSS.
    2. Until then, upload over HTTPS.

  Request ID  5C2723573183A12D1A2B3C4D
  Wireshark   tcp.stream eq 0

INFO PRX001 request-came-through-proxy  (likely, 2 times)
  The request passed a proxy.

  Evidence
    frame 4  in        request header Via
             seen      1.1 gw-7

  Request ID  5C2723573183A12D1A2B3C4D
  Wireshark   tcp.stream eq 0

Could not be decided
  INT001 content-md5-mismatch  12 of 200 body bytes are missing (exchange 0)

Exchanges
  id  frame  stream  time          request                                status
   0      4       0  07:32:34.003  PUT rokid/a.jpg                        403
                                   AccessDenied
                                   5C2723573183A12D1A2B3C4D
   1      7       0  07:32:34.006  GET rokid/ok.jpg                       200

Connections
  stream  client and server  protocol  packets   RTT  end
       0  192.0.2.10:50000   http/1.1       11  1 ms  closed by client
          203.0.113.10:80

Capture
  pcap, 11 packets, 1.8 KiB, 10 ms from 2018-12-29T07:32:34.000000Z, link type
  EN10MB, snap length 262,144
  Complete: no packet cut, no data missing, nothing undecoded
"""


def story() -> ReportView:
    put = message(request("PUT", "/a.jpg", body=b"abc"))
    refused = message(response(403, "Forbidden"), frame=6, ms=5)
    get = message(request("GET", "/ok.jpg"), frame=7, ms=6)
    rewritten = finding(
        "OSS received Content-Type image/jpg where the client sent image/jpeg.",
        fact("request header Content-Type", "image/jpeg", "image/jpg", frame=4),
        fact("response body <StringToSign>", "PUT\n\nimage/jpg"),
        rule="PRX101",
        name="content-type-rewritten",
        explanation="The string that OSS signed over is in its answer, and differs from the captured request in this "
        "line only.",
        fix=(
            "Ask the operator of the proxy to pass Content-Type through unchanged for PUT requests to OSS.",
            "Until then, upload over HTTPS.",
        ),
    )
    proxied = finding(
        "The request passed a proxy.",
        fact("request header Via", "1.1 gw-7", frame=4),
        rule="PRX001",
        name="request-came-through-proxy",
        severity=Severity.INFO,
        confidence=Confidence.LIKELY,
        occurrences=2,
    )
    return ReportView(
        report(
            exchange(0, put, refused, operation(key="a.jpg", error=error_document())),
            exchange(1, get, message(response(), frame=8, ms=7), operation("GetObject", "ok.jpg")),
            findings=(rewritten, proxied),
            undecided=(Undecided("INT001", "content-md5-mismatch", "12 of 200 body bytes are missing", (0,)),),
            verdict="PUT rokid/a.jpg failed: a device between client and OSS changed Content-Type.",
        )
    )


def test_a_story_in_full_at_80_columns() -> None:
    assert format_report(story()).splitlines() == STORY.splitlines()


@pytest.mark.parametrize("width", [10, 40, 63, 80, 120, 500])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = format_report(story(), width=width).splitlines()
    assert max(map(len, lines)) <= min(max(width, 40), 140)


def test_wide_terminals_get_code_and_request_id_in_columns() -> None:
    rows = [line for line in format_report(story(), width=130).splitlines() if "PUT rokid/a.jpg" in line]
    assert rows[-1].split()[-3:] == ["403", "AccessDenied", "5C2723573183A12D1A2B3C4D"]


def test_plain_text_has_no_escapes_and_colours_change_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    plain, colored = format_report(story()), format_report(story(), color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    assert "".join(Text.from_ansi(colored).plain.split()) == "".join(plain.split())


def test_quiet_leaves_the_tables_out_and_keeps_findings_and_capture() -> None:
    text = format_report(story(), findings_only=True)
    assert "\nExchanges\n" not in text
    assert "\nConnections\n" not in text
    assert "PRX101" in text
    assert "\nCapture\n" in text


def test_without_findings_it_says_what_was_checked_and_how_well() -> None:
    one = exchange(0, message(request()), message(response()), operation())
    text = format_report(ReportView(report(one)))
    assert "Nothing wrong was found." in text
    assert "Checked: 37 rules on 1 exchange (1 with OSS) in 1 TCP connection." in text
    cut = format_report(ReportView(report(one, truncated_at=99)))
    assert "The capture is incomplete: the file breaks off at byte 99." in " ".join(cut.split())


def test_the_summary_is_not_repeated_if_it_is_the_verdict() -> None:
    text = format_report(ReportView(report(findings=(finding("It failed"),), verdict="It failed.")))
    assert text.count("It failed") == 1


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_in_any_form_reaches_the_text(name: str) -> None:
    text = format_report(ReportView(secretive_report()), width=140)
    assert not [form for form in forms_of(SECRETS[name]) if form in "".join(text.split())]


def test_hostile_strings_reach_no_terminal_raw_and_are_no_markup() -> None:
    hostile = "\x1b]0;owned\x07[bold red]x[/bold red]\u202e\x9b2J:smile:\r"
    found = finding(
        f"summary {hostile}", fact(f"field {hostile}", hostile, hostile), fix=(hostile,), explanation=hostile
    )
    one = exchange(
        0, message(request()), message(response(403, "No")), operation(key=hostile, error=error_document(hostile))
    )
    undecided = (Undecided("X", "x", hostile, (0,)),)
    for color in (False, True):
        view = ReportView(report(one, findings=(found,), undecided=undecided, verdict=hostile, path=hostile))
        text = format_report(view, width=140, color=color)
        assert not set(text) & set("\x07\u202e\x9b\r")
        assert "\x1b]" not in text
        assert "[bold red]x[/bold red]" in text
        assert ":smile:" in text


def test_long_evidence_is_cut_with_a_word_about_the_rest() -> None:
    facts = tuple(fact("request target", "x" * 5_000) for _ in range(20))
    text = format_report(ReportView(report(findings=(finding("x", *facts),))))
    assert "(5,000 characters)" in " ".join(text.split())
    assert "8 more facts: -f json" in text
    assert text.count("frame 6") == 12


def test_an_empty_value_is_said_to_be_empty() -> None:
    text = format_report(ReportView(report(findings=(finding("x", fact("request header Origin", "")),))))
    assert "(empty)" in text


def test_many_undecided_are_counted_not_listed() -> None:
    items = tuple(Undecided("X", "x", f"reason {n}") for n in range(20))
    assert "8 more: -f json" in format_report(ReportView(report(undecided=items)))
    repeated = tuple(Undecided("X", "x", "one reason") for _ in range(2_000))
    assert "one reason (2,000 times)" in format_report(ReportView(report(undecided=repeated)))


def test_lines_carry_no_trailing_blanks() -> None:
    assert render(Text("a   \nb")) == "a\nb\n"


def test_two_strings_to_sign_are_shown_as_their_difference() -> None:
    signed, sent = "PUT\n\nimage/jpg\n/b/k", "PUT\n\nimage/jpeg\n/b/k"
    facts = (fact("response body <StringToSign>", signed, sent), fact("status line", "HTTP/1.1 403 Forbidden"))
    text = format_report(ReportView(report(findings=(finding("x", *facts),))))
    assert (
        """\
    frame 6  in        response body <StringToSign>
             lines     - seen, + expected, ^ what differs
               PUT

             - image/jpg
             + image/jpeg
                       ^
               /b/k
    frame 6  in        status line
             seen      HTTP/1.1 403 Forbidden
"""
        in text
    )


def test_the_proof_at_the_top_is_one_that_has_a_counterpart() -> None:
    facts = (fact("status line", "HTTP/1.1 403 Forbidden"), fact("response body <S>", "a\nb", "the same, rebuilt"))
    text = format_report(ReportView(report(findings=(finding("x", *facts, fix=("Mend it.",)),), verdict="It failed.")))
    assert "\nFix    Mend it.\nProof  frame 6, response body <S>; expected: the same, rebuilt\n" in text
