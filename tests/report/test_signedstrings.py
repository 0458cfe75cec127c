from osspcap.report.signedstrings import SignedStrings, signed_strings
from osspcap.report.view import ReportView
from tests.build.mismatch import (
    SECRET,
    canonical,
    mismatch,
    report_on,
    v1_request,
    v1_string,
    v4_request,
    v4_string,
)


def laid_out(request: bytes, answer: bytes) -> tuple[SignedStrings, ...]:
    view = ReportView(report_on((request, answer)))
    return signed_strings(view, view.report.exchanges[0])


def test_equal_strings_stand_side_by_side() -> None:
    string = v1_string(content_type="text/plain")
    (strings,) = laid_out(v1_request(string, secret="x" * 30, Content_Type="text/plain"), mismatch(string))
    assert (strings.title, strings.scheme, strings.is_equal) == ("String to sign", "V1 signature in the header", True)
    assert (strings.request_frame, strings.frame) == (4, 6)
    assert [(line.name, line.ours, line.is_same) for line in strings.lines] == [
        ("Method", "PUT", True),
        ("Content-MD5", "", True),
        ("Content-Type", "text/plain", True),
        ("Date", "Sat, 29 Dec 2018 07:32:34 GMT", True),
        ("Resource", "/rokid/dir/a.txt", True),
    ]
    assert all(line.ours == line.theirs for line in strings.lines)


def test_lines_that_were_changed_added_or_removed_are_told() -> None:
    sent = v1_string(content_type="text/plain", headers="x-oss-meta-a:1\n")
    seen = v1_string(content_type="text/html", headers="x-oss-meta-b:2\n")
    request = v1_request(sent, Content_Type="text/plain", x_oss_meta_a="1")
    (strings,) = laid_out(request, mismatch(seen))
    assert not strings.is_equal
    assert [(line.name, line.ours, line.theirs) for line in strings.lines if not line.is_same] == [
        ("Content-Type", "text/plain", "text/html"),
        ("x-oss-meta-a", "x-oss-meta-a:1", None),
        ("x-oss-meta-b", None, "x-oss-meta-b:2"),
    ]
    assert [line.name for line in strings.lines][-1] == "Resource"


def test_the_canonical_request_of_version_4_follows() -> None:
    sent, seen = canonical(headers="content-type:a/b\n"), canonical(headers="content-type:c/d\n")
    request = v4_request(v4_string(sent), Content_Type="a/b")
    string, canonical_request = laid_out(request, mismatch(v4_string(seen), request=seen))
    assert [line.name for line in string.lines] == ["Algorithm", "Date", "Scope", "Hash"]
    assert [(line.ours, line.theirs) for line in canonical_request.lines if not line.is_same] == [
        ("content-type:a/b", "content-type:c/d")
    ]
    assert canonical_request.title == "Canonical request"


def test_a_string_that_lost_its_newlines_agrees_as_far_as_it_shows() -> None:
    string = v1_string(content_type="text/plain")
    collapsed = string.replace("\n", " ")
    request = v1_request(string, Content_Type="text/plain")
    (strings,) = laid_out(request, mismatch(string, StringToSign=collapsed, StringToSignBytes=""))
    assert (strings.is_equal, strings.is_partial) == (True, True)
    (line,) = strings.lines
    assert (line.ours, line.theirs, line.is_same) == (string, collapsed, True)


def test_tokens_are_masked_on_both_sides_and_told_apart_by_their_bytes() -> None:
    token, other = (
        "CAISzwJ1q6Ft5B2yfSjIr5bWOtiFmopx2pOUbWH6rGl2RL4d",
        "CAISother1q6Ft5B2yfSjIr5bWOtiFmopx2pOUbWH6rGl2RL4",
    )
    sent, seen = (v1_string(headers=f"x-oss-security-token:{one}\n") for one in (token, other))
    (strings,) = laid_out(v1_request(sent, x_oss_security_token=token), mismatch(seen))
    (line,) = [line for line in strings.lines if not line.is_same]
    shown = f"{line.ours} {line.theirs}"
    assert "x-oss-security-token" in shown
    assert token[8:] not in shown
    assert other[9:] not in shown


def test_nothing_is_laid_out_where_nothing_was_compared() -> None:
    string = v1_string()
    assert laid_out(v1_request(string, secret=SECRET), mismatch("", StringToSignBytes="", StringToSign="")) == ()
