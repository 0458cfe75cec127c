import re

from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.catalogue import CATALOGUE
from osspcap.oss.ec_codes import _MEANINGS, MODULES, explain_ec


def test_a_known_number_is_explained() -> None:
    found = explain_ec(" 0002-00000080 ")
    assert found is not None
    assert (found.ec, found.module) == ("0002-00000080", "authentication")
    assert "V4" in found.meaning


def test_an_unknown_number_of_a_known_module_names_the_module() -> None:
    found = explain_ec("0034-00009999")
    assert found is not None
    assert (found.module, found.code) == ("CORS configuration", "")
    assert "CORS configuration" in found.meaning


def test_malformed_and_unknown_ecs_are_not_explained() -> None:
    for ec in ("", "0002", "0002-40", "2-00000040", "0099-00000001", "0002-0000004x"):
        assert explain_ec(ec) is None


def test_every_number_belongs_to_a_module_and_names_a_code_of_the_catalogue() -> None:
    for (module, _), (code, meaning) in _MEANINGS.items():
        assert module in MODULES
        assert not code or code in CATALOGUE
        assert re.match(r"[a-zA-Z0-9]", meaning)


@given(st.text())
def test_no_text_raises(ec: str) -> None:
    explain_ec(ec)
