from io import BytesIO

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.finding import Finding
from osspcap.model.secrets import Secrets
from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import (
    KEY_ID,
    MISMATCH,
    SECRET,
    STAMP,
    Form,
    encoded,
    policy,
    refused_form,
    signed,
    taken_form,
    v1_signature,
    v4_signature,
    with_value,
)

POLICY = encoded(policy())


def refused(fields: list[tuple[str, str]], **more: str) -> object:
    return refused_form(Form(fields), 403, "SignatureDoesNotMatch", MISMATCH, **more)


def with_secret(fields: list[tuple[str, str]], secret: str = SECRET) -> Finding:
    options = Options(secrets=Secrets({KEY_ID: secret}))
    report = analyze("-", options, stdin=BytesIO(refused(fields).pcap()))  # type: ignore[attr-defined]
    (finding,) = faults(report)
    assert finding.rule == "PST011"
    assert secret.strip() not in repr(report)
    return finding


@pytest.mark.parametrize("scheme", ["v1", "v4"])
@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "AccessDenied"])
def test_a_refused_signature_is_told_once(scheme: str, code: str) -> None:
    form = Form(signed(policy(), scheme=scheme))
    report = analyze_capture(refused_form(form, 403, code, f"SignatureDoesNotMatch {MISMATCH}"))
    (finding,) = faults(report)
    assert (finding.rule, KEY_ID in finding.summary) == ("PST011", True)


def test_with_the_stated_string_nothing_was_changed_on_the_way() -> None:
    finding = only_finding(refused(signed(policy()), StringToSign=POLICY), "PST011")  # type: ignore[arg-type]
    assert "exactly the policy that was captured" in finding.explanation


@pytest.mark.parametrize("scheme", ["v1", "v4"])
def test_a_right_secret_puts_the_fault_on_the_servers_side(scheme: str) -> None:
    assert "OSS holds another" in with_secret(signed(policy(), scheme=scheme)).summary


@pytest.mark.parametrize("scheme", ["v1", "v4"])
def test_another_secret(scheme: str) -> None:
    finding = with_secret(signed(policy(), scheme=scheme), "anotherSecret000000000000")
    assert "not made with the secret that you gave" in finding.summary


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (v1_signature(policy()), "signed the policy's JSON"),
        (v1_signature(POLICY, SECRET + "\n"), "line feed behind it"),
        (v1_signature(POLICY + "\n"), "a line feed at its end"),
    ],
)
def test_what_a_v1_client_did_instead(signature: str, words: str) -> None:
    assert words in with_secret(with_value(signed(policy()), "Signature", signature)).summary


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (v4_signature(policy()), "signed the policy's JSON"),
        (v4_signature(POLICY, region="cn-beijing"), "not made with the secret"),
        (v4_signature(POLICY, region="oss-cn-hangzhou"), "for the region oss-cn-hangzhou"),
    ],
)
def test_what_a_v4_client_did_instead(signature: str, words: str) -> None:
    assert words in with_secret(with_value(signed(policy(), scheme="v4"), "x-oss-signature", signature)).summary


@pytest.mark.parametrize(
    ("scheme", "name", "value", "words"),
    [
        ("v1", "Signature", "abc", "not a whole base64"),
        ("v1", "Signature", v1_signature(POLICY).replace("=", "%3D"), "percent-encoded"),
        ("v4", "x-oss-credential", f"{KEY_ID}/20181229/cn-beijing/oss/aliyun_v4_request", "the endpoint lies in"),
        ("v4", "x-oss-date", STAMP.replace("20181229", "20181230"), "x-oss-date of 20181230"),
        ("v4", "x-oss-signature", "ABC", "no hex digits"),
    ],
)
def test_the_fields_own_faults_are_told_without_a_secret(scheme: str, name: str, value: str, words: str) -> None:
    finding = only_finding(refused(with_value(signed(policy(), scheme=scheme), name, value)), "PST011")  # type: ignore[arg-type]
    assert (words in finding.summary, finding.confidence) == (True, "likely")


def test_a_signature_that_was_taken_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy(), scheme="v4"))), "PST011").findings
