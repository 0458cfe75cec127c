from pathlib import Path

import pytest

from osspcap.scan.outcome import Found, Outcome, State
from osspcap.scan.rows import capture_row, shown_path
from osspcap.scan.store import Store


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a/b.pcap", "a/b.pcap"),
        ("line\nfeed", r"line\nfeed"),
        ("\udcff.pcap", r"\udcff.pcap"),
        ("\u202egnp.pcap", r"\u202egnp.pcap"),
        ("抓包.pcap", "抓包.pcap"),
        ("s3://key:secret@bucket/a.pcap", "s3://bucket/a.pcap"),
    ],
)
def test_paths_are_kept_readable_and_harmless(path: str, shown: str) -> None:
    assert shown_path(Found(1, path, 0)) == shown


def test_a_row_has_a_value_for_each_column(tmp_path: Path) -> None:
    with Store(str(tmp_path / "s")) as store:
        columns = store.connection.execute("SELECT count(*) FROM pragma_table_info('captures')").fetchone()[0]
    assert len(capture_row(Outcome(Found(1, "x", 0), State.CRASHED, "\udcff\0"), "r", "")) == columns
    assert r"\udcff\x00" in capture_row(Outcome(Found(1, "x", 0), State.CRASHED, "\udcff\0"), "r", "")
