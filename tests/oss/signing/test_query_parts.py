from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.query_parts import QueryParts
from tests.build.signed import raw_request, signed


def parts(query: str) -> QueryParts:
    return QueryParts(signed(raw_request("GET", f"/k?{query}", {})))


def test_names_are_taken_exactly_as_spelt() -> None:
    assert "Expires" in parts("Expires=1")
    assert "Expires" not in parts("expires=1")
    assert "Expires" in parts("%45xpires=1")


def test_values_are_decoded_and_know_their_place() -> None:
    found = parts("a=1&Signature=a%2Bb%3D").required("Signature")
    assert found is not None
    assert (found.value, found.raw, found.field) == ("a+b=", b"a%2Bb%3D", "request query parameter Signature")


def test_missing_empty_and_repeated_parts_are_problems() -> None:
    found = parts("Expires=&Signature=a&Signature=b")
    assert found.required("Expires") is None
    assert found.required("OSSAccessKeyId") is None
    signature = found.required("Signature")
    assert signature is not None
    assert signature.value == "a"
    assert [problem.name for problem in found.problems] == [
        ProblemName.PART_MISSING,
        ProblemName.PART_MISSING,
        ProblemName.PART_REPEATED,
    ]


def test_a_url_copied_out_of_html_is_still_read() -> None:
    found = parts("OSSAccessKeyId=a&amp;Expires=1")
    expires = found.required("Expires")
    assert expires is not None
    assert expires.value == "1"
    assert [problem.name for problem in found.problems] == [ProblemName.QUERY_HTML_ESCAPED]
