import pytest

from osspcap.model.breaks import BreakKind, Closing
from osspcap.rules.network._breaks import (
    answer_evidence_of,
    broken,
    end_evidence,
    ender,
    progress,
    request_evidence,
    sdk_of,
    size,
)
from tests.build.sightings import dissected
from tests.build.troubles import downloading, waiting


def test_a_break_comes_with_its_exchange_and_its_evidence() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.reset(1)
    dissection = dissected(capture)
    ((item, exchange),) = broken(dissection, BreakKind.MID_DOWNLOAD)
    assert (item.closing, item.by_client, item.received, item.announced) == (Closing.RST, False, 5_000, 20_000)
    assert ender(item, dissection) == "the server 203.0.113.10:80"
    assert [line.observed for line in request_evidence(exchange)] == ["GET /key HTTP/1.1"]
    assert [line.field for line in answer_evidence_of(exchange)] == ["status line", "response header x-oss-request-id"]
    assert end_evidence(item, "more").observed.startswith("RST from the server, ")
    assert list(broken(dissection, BreakKind.TRUNCATED)) == []


@pytest.mark.parametrize(
    ("captured", "announced", "told"),
    [
        (98_304, 400_000, "98,304 of 400,000 bytes (24.6%)"),
        (10, None, "10 bytes of a length that was not announced"),
        (0, 0, "0 of 0 bytes"),
    ],
)
def test_progress_is_told_in_bytes_and_share(captured: int, announced: int | None, told: str) -> None:
    assert progress(captured, announced) == told


def test_sizes_and_sdks_are_named() -> None:
    capture, tcp = waiting(5, agent="aliyun-sdk-go/v3.0.2 (Linux/x86_64;go1.21)")
    tcp.close(0)
    use = sdk_of(dissected(capture).exchanges[0])
    assert use is not None
    assert use.family.prefix == "aliyun-sdk-go"
    assert size(2048) == "2.0 KiB"
