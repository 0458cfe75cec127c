import base64
import hashlib
import html
import json
import re

import pytest

from osspcap.report.page import embedded, environment, shown
from tests.build.htmlpages import page_of

HOSTILE = "</script><script>alert(1)</script><!-- \u2028\u202e &amp; \"'"


def test_the_policy_names_exactly_the_style_and_the_scripts_of_the_page_of(monkeypatch: pytest.MonkeyPatch) -> None:
    text = page_of(monkeypatch, "x")
    policy = html.unescape(re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[0])
    inlined = re.findall(r"<(style|script)>(.*?)</\1>", text, re.DOTALL)
    assert [name for name, _ in inlined] == ["style", "script", "script"]
    for name, content in inlined:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in re.findall(rf"{name}-src ([^;]+)", policy)[0]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_values_are_escaped_and_their_controls_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    text = page_of(monkeypatch, "<p>{{ value }}</p>", value=HOSTILE + "\x1b[31m")
    assert "<script>alert" not in text
    assert "\\u202e" in text
    assert "\\x1b[31m" in text
    assert "&lt;/script&gt;" in text


def test_embedded_data_ends_no_script_and_is_read_back_as_it_was_shown() -> None:
    value = {"a": [HOSTILE, 1, None, True, 2.5], HOSTILE: {"b": "\x1b"}}
    text = str(embedded(value))
    assert "<" not in text
    assert ">" not in text
    assert text.isascii()
    assert json.loads(text) == shown(value)
    assert shown("a\u202eb\x00\tc\n") == "a\\u202eb\\x00\tc\n"


def test_an_unknown_name_in_a_template_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="nothing"):
        page_of(monkeypatch, "{{ nothing }}")


@pytest.mark.parametrize("name", environment().list_templates())
def test_templates_have_no_style_attribute_no_handler_and_no_address_of_the_network(name: str) -> None:
    assert environment().loader is not None
    source = environment().loader.get_source(environment(), name)[0]  # type: ignore[union-attr]
    assert not re.search(r"\bstyle\s*=\s*[\"']", source)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", source)
    assert not re.search(
        r"https?://|url\(|@import|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
    )
