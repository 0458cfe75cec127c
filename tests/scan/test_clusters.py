from pathlib import Path

import pytest

from osspcap.scan.clusters import Cluster, clusters, members
from osspcap.scan.discovery import capture_id
from osspcap.scan.store import open_for_reading
from tests.build.scans import numbered, refusal, scan, success


@pytest.fixture
def found(tmp_path: Path) -> list[Cluster]:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number, bucket in enumerate(("one", "two", "one", "one")):
        (folder / f"{number}.pcap").write_bytes(refusal(number, bucket))
    (folder / "good.pcap").write_bytes(success(9))
    scan([folder], tmp_path / "out")
    with open_for_reading(str(tmp_path / "out" / "store.sqlite")) as db:
        return clusters(db)


def test_a_fault_is_one_line_a_rule_endpoint_bucket_and_client(found: list[Cluster]) -> None:
    errors = [cluster for cluster in found if cluster.severity == "error"]
    assert [(one.name, one.bucket, one.captures, one.occurrences) for one in errors] == [
        ("no-such-bucket", "one", 3, 3),
        ("no-such-bucket", "two", 1, 1),
    ]
    assert {one.endpoint for one in errors} == {"oss-cn-hangzhou.aliyuncs.com"}
    assert {one.sdk for one in errors} == {"aliyun-sdk-python/2.19.1"}


def test_the_worst_stand_first(found: list[Cluster]) -> None:
    ranks = [("error", "warning", "info").index(one.severity) for one in found]
    assert ranks == sorted(ranks)


def test_the_example_is_the_first_of_the_clearest(found: list[Cluster]) -> None:
    assert found[0].path.endswith("0.pcap")
    assert (found[0].request_id, found[0].frame, found[0].exchange) == (numbered(0), 4, 0)
    assert "one" in found[0].summary
    assert found[0].first_ns is not None
    assert found[0].first_ns <= (found[0].last_ns or 0)


def test_the_captures_of_a_fault_are_known(found: list[Cluster], tmp_path: Path) -> None:
    with open_for_reading(str(tmp_path / "out" / "store.sqlite")) as db:
        of = members(db)
    expected = {capture_id(str(tmp_path / "captures" / f"{number}.pcap")) for number in (0, 2, 3)}
    assert of[found[0].key] == expected
    assert all(len(of[one.key]) == one.captures for one in found)
