from osspcap.report.wording import counted


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(n, "rule") for n in (0, 1, 1200)] == ["0 rules", "1 rule", "1,200 rules"]
