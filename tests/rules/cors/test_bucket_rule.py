import json
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from osspcap.rules.cors._bucket_rule import EXPOSED, MAX_HEADERS, METHODS, BucketRule

ORIGIN = "http://www.example.com:8000"


def test_the_three_forms_say_the_same() -> None:
    rule = BucketRule.allowing(ORIGIN, ["PUT", "put", "GET"], ["x-oss-date", "x-oss-date", "content-type"])
    root = ET.fromstring(rule.as_xml())  # noqa: S314 - made in this test
    said = {
        name: [item.text for item in root.iter(name)] for name in ("AllowedOrigin", "AllowedMethod", "AllowedHeader")
    }
    (stated,) = json.loads(rule.as_json())["CORSRule"]
    assert said == {name: stated[name] for name in said}
    assert said == {
        "AllowedOrigin": [ORIGIN],
        "AllowedMethod": ["GET", "PUT"],
        "AllowedHeader": ["x-oss-date", "content-type"],
    }
    assert [item.text for item in root.iter("ExposeHeader")] == stated["ExposeHeader"] == list(EXPOSED)
    for text in (ORIGIN, "GET, PUT", "x-oss-date content-type"):
        assert text in rule.as_console_fields()


def test_null_is_matched_by_a_star_alone() -> None:
    assert BucketRule.allowing("null", ["GET"], []).origin == "*"


def test_too_many_headers_and_unknown_methods_give_a_rule_that_can_be_set() -> None:
    assert BucketRule.allowing(ORIGIN, ["GET"], [f"h{n}" for n in range(MAX_HEADERS + 1)]).headers == ("*",)
    assert BucketRule.allowing(ORIGIN, ["PATCH"], []).methods == METHODS


def test_the_steps_name_the_bucket() -> None:
    steps = BucketRule.allowing(ORIGIN, ["GET"], []).steps("bucket rokid")
    assert "bucket rokid" in steps[0]
    assert len(steps) == 4


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)), st.text(st.characters(min_codepoint=0x21)))
def test_no_text_from_the_wire_breaks_out_of_the_rule(origin: str, header: str) -> None:
    rule = BucketRule.allowing(origin, ["PUT"], [header])
    assert json.loads(rule.as_json())["CORSRule"][0]["AllowedHeader"] == [header]
    assert rule.as_xml().count("<CORSRule>") == 1
    assert rule.as_xml().count("<AllowedOrigin>") == 1
