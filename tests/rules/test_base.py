from collections.abc import Iterator

import pytest

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Verdict
from osspcap.rules.base import FAMILIES, ExchangeRule, Rule
from tests.build.analyze import analyze_capture, exchange_capture, refused
from tests.build.dissections import evidence, exchange
from tests.build.http import REQUEST_ID, request, response


class Example(ExchangeRule):
    """Something that is found.

    ## What it finds
    This.

    ## Why it matters
    The first
    paragraph.

    The second.

    ## How it decides
    So.
    """

    code, name, severity, fix, sources = "SIG900", "example", Severity.ERROR, ("Do.",), ("Here",)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        yield self.finding("found", *self.error_evidence(exchange), exchanges=(exchange,))


class Undocumented(Example):
    code = "NET900"


def test_the_docstring_is_read_by_headings() -> None:
    rule = Example()
    assert rule.headline == "Something that is found."
    assert rule.sections == {
        "What it finds": "This.",
        "Why it matters": "The first\nparagraph.\n\nThe second.",
        "How it decides": "So.",
    }


def test_documentation_is_not_inherited() -> None:
    assert (Undocumented().headline, Undocumented().sections) == ("", {})


def test_a_finding_explains_itself_by_why_it_matters_unless_told_otherwise() -> None:
    assert Example().finding("x", evidence()).explanation == "The first paragraph.\n\nThe second."
    assert Example().finding("x", evidence(), explanation="Because.").explanation == "Because."


def test_a_finding_carries_the_rule_and_every_stream_it_is_about() -> None:
    finding = Example().finding("x", evidence(stream=5), exchanges=(exchange(3, stream=2), exchange(3, stream=2)))
    assert (finding.rule, finding.name, finding.category) == ("SIG900", "example", "signature")
    assert (finding.exchanges, finding.streams) == ((3,), (2, 5))
    assert (finding.fix, finding.sources) == (("Do.",), ("Here",))


def test_an_undecided_names_its_exchanges() -> None:
    assert Example().undecided("no body", exchange(4)).exchanges == (4,)


def test_every_family_is_told_by_three_capital_letters_and_has_a_folder_name() -> None:
    assert all(len(code) == 3 and code.isupper() for code in FAMILIES)
    assert all(folder.isidentifier() for folder in FAMILIES.values())
    assert len(set(FAMILIES.values())) == len(FAMILIES)


@pytest.mark.parametrize(
    ("code", "severity", "said", "explains"),
    [
        ("SIG900", Severity.ERROR, None, True),
        ("SIG900", Severity.WARNING, None, False),
        ("SIG900", Severity.WARNING, True, True),
        ("SIG900", Severity.INFO, True, False),
        ("SIG900", Severity.ERROR, False, False),
        ("NET900", Severity.ERROR, None, False),
        ("NET900", Severity.ERROR, True, True),
        ("CAP900", Severity.ERROR, None, False),
    ],
)
def test_which_findings_explain_an_error(code: str, severity: Severity, said: bool | None, explains: bool) -> None:  # noqa: FBT001 - a column of the table
    rule = type("Told", (Example,), {"code": code, "explains_error": said})()
    assert rule.explains(rule.finding("x", evidence(), severity=severity)) is explains


def test_a_generic_rule_explains_nothing() -> None:
    rule = type("Told", (Example,), {"is_generic": True})()
    finding: Finding = rule.finding("x", evidence())
    assert not rule.explains(finding)


def test_error_evidence_ends_with_the_request_id() -> None:
    found = analyze_capture(refused(403, "AccessDenied", "no", ec="0003-00000001"), "CAP").exchanges[0]
    assert [(item.field, item.observed) for item in Example().error_evidence(found)] == [
        ("status line", "HTTP/1.1 403 Refused"),
        ("response body <Code>", "AccessDenied"),
        ("response body <Message>", "no"),
        ("response body <EC>", "0003-00000001"),
        ("response header x-oss-request-id", REQUEST_ID),
    ]


def test_error_evidence_of_an_answer_without_error_document_shows_its_ec_header() -> None:
    answer = response(404, "Not Found", x_oss_ec="0026-00000001")
    found = analyze_capture(exchange_capture((request("HEAD"), answer)), "CAP").exchanges[0]
    assert [(item.field, item.observed) for item in Example().error_evidence(found)] == [
        ("status line", "HTTP/1.1 404 Not Found"),
        ("response header x-oss-ec", "0026-00000001"),
        ("response header x-oss-request-id", REQUEST_ID),
    ]


def test_without_a_response_there_is_no_error_evidence() -> None:
    assert Example().error_evidence(exchange(0, None)) == ()


def test_a_rule_is_known_by_its_bases_alone() -> None:
    class Registered:
        pass

    ExchangeRule.register(Registered)
    assert not issubclass(Registered, ExchangeRule)
    assert not isinstance(Registered(), ExchangeRule)
    assert issubclass(ExchangeRule, Rule)
