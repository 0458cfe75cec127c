"""Whatever is told of exchanges kept as usual ones must be what is told of the same exchanges kept in full."""

import base64
import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from unittest import mock

import pytest
from fastcrc import crc64

from osspcap.analysis import analyze, dissect
from osspcap.http1 import usual as heads
from osspcap.http1.usual import LEARNT_AFTER, UsualHeads
from osspcap.model.exchange import Exchange, MessagePair
from osspcap.model.facts import NO_FACTS
from osspcap.model.record import replaced
from osspcap.model.usual import UsualExchange, UsualPair, unusual
from osspcap.report.jsonreport import report_pieces
from osspcap.report.view import ReportView
from tests.build.http import DATE as NOW
from tests.build.http import message, request
from tests.build.wire import Capture

KEY = "LTAI5tLaunchPad0000000001"
V4 = "OSS4-HMAC-SHA256 Credential={}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={}"
BODIES = [b"", b"hello", b"x" * 900, b"y" * 3_000, b"\xff\xd8\xff\xe0" + b"j" * 40, b"\0" * 20]
TARGETS = ["/a", "/a/b%2Fc", "/%E4%B8%8A", "/%zz", "/a+b", "/k?acl", "/\xe4", "/", "/a#b", "/x@y:z", '/"q"']


@contextmanager
def learning(*, after: int = LEARNT_AFTER) -> Iterator[None]:
    """Forget all heads seen before, and learn from so many alike."""
    with (
        mock.patch("osspcap.http1.plain.REQUESTS", UsualHeads()),
        mock.patch("osspcap.http1.plain.RESPONSES", UsualHeads()),
        mock.patch.object(heads, "LEARNT_AFTER", after),
    ):
        yield


NEVER = 1 << 30


def capture_of(*exchanges: tuple[bytes, bytes], each: int = 25) -> Capture:
    """Put exchanges on one connection after the other."""
    capture = Capture()
    for start in range(0, len(exchanges), each):
        tcp = capture.tcp(cport=50_000 + start)
        tcp.handshake()
        for asked, answered in exchanges[start : start + each]:
            for at in range(0, len(asked), 1_400):
                tcp.client(asked[at : at + 1_400])
            for at in range(0, len(answered), 1_400):
                tcp.server(answered[at : at + 1_400])
        tcp.close()
    return capture


EXTRAS: list[dict[str, str]] = [{}, {"Via": "1.1 p"}, {"x-oss-qos-delay-time": "7"}]
SCHEMES = ("v1", "v1", "v4", "")


def signed(scheme: str, number: int, *, is_odd: bool) -> dict[str, str]:
    digest = hashlib.sha256(b"%d" % number)
    if scheme == "v1":
        return {"Authorization": f"OSS {KEY}:{base64.b64encode(digest.digest()[:20]).decode()}"}
    signature = base64.b64encode(digest.digest()).decode().rstrip("=") + "A" * 21 if is_odd else digest.hexdigest()
    return {"Authorization": V4.format(KEY, signature)} if scheme else {}


def exchange(rng: random.Random, number: int, kind: tuple[str, str, int], *, is_odd: bool) -> tuple[bytes, bytes]:
    """Make an exchange of one of few forms; an odd one differs in values only, where its form leaves them open."""
    method, scheme, extra = kind

    def odd(share: float) -> bool:
        return is_odd and rng.random() < share

    target = rng.choice(TARGETS) if odd(0.2) else f"/k{rng.randrange(20)}"
    body = b"" if method in ("HEAD", "DELETE") else rng.choice(BODIES if odd(0.2) else BODIES[1:4])
    date = rng.choice(("Sat, 29 Dec 2018 06:32:34 GMT", "Fri, 29 Dec 2017 07:32:34 GMT")) if odd(0.1) else NOW
    asked = {"Date": date, **signed(scheme, number, is_odd=odd(0.1)), "User_Agent": "aliyun-sdk-python/2.19.1(Linux)"}
    if method == "PUT" and extra:
        digest = hashlib.md5(b"?" if odd(0.1) else body, usedforsecurity=False).digest()
        asked["Content_MD5"] = base64.b64encode(digest).decode()
    answered = {
        "Server": "AliyunOSS",
        "Date": NOW,
        "x-oss-request-id": f"{rng.randrange(number + 1) if odd(0.1) else number:024X}",
    }
    answered["x-oss-server-time"] = rng.choice(("99999999", "x", "7" * 20)) if odd(0.05) else str(rng.randrange(99))
    if method in ("PUT", "GET"):
        answered["x-oss-hash-crc64ecma"] = str(crc64.xz(body) + odd(0.1))
        answered["Last-Modified"] = "Sat, 29 Dec 2018 05:00:00 GMT" if odd(0.3) else NOW
        answered |= {} if extra == 2 else {"ETag": f'"{number % 7:032X}"'}
    answered |= EXTRAS[extra]
    answered["Content-Length"] = str(len(body) if method == "GET" else 0)
    status = 204 if method == "DELETE" else 200
    reply = message(f"HTTP/1.1 {status} OK", answered, body if method == "GET" else b"")
    return request(method, target, body=body if method == "PUT" else b"", **asked), reply


def story(seed: int, count: int = 200) -> Capture:
    """Make a capture in which few forms are learnt first."""
    rng = random.Random(seed)
    kinds = [(rng.choice(("GET", "PUT", "HEAD", "DELETE")), rng.choice(SCHEMES), rng.randrange(3)) for _ in range(3)]
    steps = ((number, rng.choice(kinds)) for number in range(count))
    return capture_of(*(exchange(rng, number, kind, is_odd=number > count // 2) for number, kind in steps))


def exchanges_of(capture: Capture, *, after: int = LEARNT_AFTER) -> list[Exchange]:
    with learning(after=after):
        return list(dissect("-", stdin=BytesIO(capture.pcap())).exchanges)


def report_of(capture: Capture, *, after: int = LEARNT_AFTER) -> bytes:
    with learning(after=after):
        report = analyze("-", stdin=BytesIO(capture.pcap()))
    return b"".join(report_pieces(ReportView(report)))


@pytest.fixture(scope="module")
def kept() -> list[UsualExchange]:
    return [one for one in exchanges_of(story(1)) if type(one) is UsualExchange]


def test_exchanges_are_kept_as_usual_once_their_forms_are_known(kept: list[UsualExchange]) -> None:
    found = exchanges_of(story(1))
    assert len(kept) > len(found) // 3
    assert {one.id for one in unusual(found)} == {one.id for one in found} - {one.id for one in kept}
    assert not [one for one in exchanges_of(story(1), after=NEVER) if type(one) is UsualExchange]


@pytest.mark.parametrize("seed", range(24))
def test_usual_exchanges_equal_those_kept_in_full(seed: int) -> None:
    usual, full = exchanges_of(story(seed)), exchanges_of(story(seed), after=NEVER)
    assert [replaced(one, facts=NO_FACTS) for one in usual] == [replaced(one, facts=NO_FACTS) for one in full]
    assert [len(one.facts) for one in usual] == [len(one.facts) for one in full]
    assert [one.is_oss for one in usual] == [one.operation is not None for one in full]
    assert [one.status for one in usual] == [one.status for one in full]


@pytest.mark.parametrize("seed", range(24))
def test_reports_about_usual_exchanges_are_those_about_exchanges_kept_in_full(seed: int) -> None:
    assert report_of(story(seed)) == report_of(story(seed), after=NEVER)


def test_what_was_made_is_the_same_as_long_as_nothing_else_is_asked(kept: list[UsualExchange]) -> None:
    one, two = kept[:2]
    request_of_one, operation_of_one = one.request, one.operation
    assert one.request is request_of_one
    assert one.operation is operation_of_one
    assert two.request != request_of_one
    assert one.request is not request_of_one
    assert (one.request, one.operation) == (request_of_one, operation_of_one)


def test_a_pair_equals_a_pair_of_its_messages(kept: list[UsualExchange]) -> None:
    one, two = kept[0].usual, kept[1].usual
    made = MessagePair(one.request, one.response)
    assert one == made
    assert made == one
    assert hash(one) == hash(made)
    assert one != two
    assert (one.first_frame, one.start_ns) == (made.first_frame, made.start_ns)
    assert type(replace(one, interims=())) is MessagePair
    assert type(one) is UsualPair


def test_a_changed_copy_is_kept_in_full_and_further_facts_are_not(kept: list[UsualExchange]) -> None:
    one = kept[0]
    assert type(replace(one, operation=None)) is Exchange
    assert replace(one, operation=None).request == one.request
    assert type(replaced(one, facts=NO_FACTS)) is UsualExchange
    assert hash(one) == hash(replace(one, operation=one.operation))
