from pathlib import Path

import pytest

from osspcap.errors import OutputError
from osspcap.scan import results
from osspcap.scan.results import PAGE, check_folder, write_results
from osspcap.scan.store import Store
from tests.build.scans import directory, scan


@pytest.fixture
def out(tmp_path: Path) -> Path:
    scan([directory(tmp_path / "captures", 4)], tmp_path / "out")
    return tmp_path / "out"


def write(out: Path, **given: bool) -> dict[str, bytes]:
    with Store(str(out / "store.sqlite")) as store:
        assert write_results(store, out, heading="captures", **given) == out / PAGE
    return {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith("store")}


def test_equal_stores_give_equal_files(out: Path) -> None:
    first = write(out, with_parquet=True)
    assert set(first) == {
        *("index.html", "summary.csv", "faults.csv", "findings.ndjson", "captures.parquet", "findings.parquet"),
        "reports",
    } - {"reports"}
    assert write(out, with_parquet=True) == first


def test_parquet_is_written_only_when_asked_for(out: Path) -> None:
    assert not [name for name in write(out) if name.endswith("parquet")]


def test_spreadsheets_are_told_the_encoding(out: Path) -> None:
    files = write(out)
    assert files["summary.csv"].startswith(b"\xef\xbb\xbfpath,")
    assert files["findings.ndjson"].startswith(b"{")


def test_a_directory_of_ours_is_used_again_and_a_strange_one_is_not(out: Path, tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "deep", force=False)
    write(out)
    check_folder(out, force=False)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / PAGE).write_text("<!doctype html><title>My site</title>")
    with pytest.raises(OutputError, match=r"holds index.html of something else; use --force"):
        check_folder(tmp_path / "site", force=False)
    check_folder(tmp_path / "site", force=True)
    assert "My site" in (tmp_path / "site" / PAGE).read_text()


@pytest.mark.parametrize("name", ["file", "file/deep", "x" * 300, "a\0b"])
def test_what_cannot_be_a_directory_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--out"):
        check_folder(tmp_path / name, force=False)


def test_a_full_disk_leaves_the_old_results_and_says_that_the_store_is_complete(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write(out)

    def fail(*_: object, **__: object) -> object:
        yield "half a page"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "index_page", fail)
    with pytest.raises(OutputError, match="No space left on device; the store is complete"):
        write(out)
    assert {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith("store")} == before
