from rich.style import Style

from osspcap.model.finding import Severity
from osspcap.report import styles


def test_every_severity_has_a_style_of_its_own_that_rich_knows() -> None:
    assert set(styles.SEVERITY) == set(Severity)
    assert len({str(Style.parse(style)) for style in styles.SEVERITY.values()}) == 3
