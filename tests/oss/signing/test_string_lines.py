import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Scheme
from osspcap.oss.signing.scheme import candidates, recognise
from osspcap.oss.signing.string_lines import split_canonical, split_string
from tests.build.signed import Vector, signed, vectors, wire

VECTORS = vectors("v1-header", "v1-query", "v2-header", "v2-query", "v4-header", "v4-query")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_servers_string_is_cut_into_the_roles_of_our_own(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    ours = next(candidates(request, auth))
    theirs = split_string(ours.string_to_sign, auth.scheme)
    assert theirs is not None
    assert [(line.role, line.raw) for line in theirs] == [(line.role, line.raw) for line in ours.lines]
    if ours.canonical_request is not None:
        cut = split_canonical(ours.canonical_request)
        assert cut is not None
        assert [(line.role, line.raw) for line in cut] == [(line.role, line.raw) for line in ours.canonical_lines]


@pytest.mark.parametrize("scheme", [Scheme.V1_HEADER, Scheme.V2_URL, Scheme.V4_HEADER, Scheme.S3_HEADER])
def test_what_has_not_the_form_is_not_cut(scheme: Scheme) -> None:
    assert split_string(b"PUT\nx", scheme) is None
    assert split_canonical(b"PUT\nx") is None


def test_a_policy_is_one_line() -> None:
    lines = split_string(b"e30=", Scheme.POST_V1)
    assert lines is not None
    assert [line.role for line in lines] == ["policy"]


@given(st.binary(max_size=80), st.sampled_from(list(Scheme)))
def test_cutting_loses_no_byte(raw: bytes, scheme: Scheme) -> None:
    for lines in (split_string(raw, scheme), split_canonical(raw)):
        assert lines is None or b"\n".join(line.raw for line in lines) == raw
