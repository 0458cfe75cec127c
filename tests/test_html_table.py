"""The shell and the table that all HTML pages share, in a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.build.browser import CHROMIUM, NARROW, WIDE, Watched, opened, until
from tests.build.htmlpages import page_of

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here"), pytest.mark.xdist_group("browser")]

CONTENT = (
    '<label for="s">Search</label><input id="s" type="search">'
    '<div data-table="d" data-search="s"></div><script type="application/json" id="d">{{ d | embedded }}</script>'
)
COLUMNS = [
    {"label": "Id", "width": "6ch", "kind": "number"},
    {"label": "File", "kind": "text"},
    {"label": "Status", "width": "8ch", "kind": "status", "hide": "narrow"},
    {"label": "Worst", "width": "10ch", "kind": "severity", "sortable": False},
]
FEW = [[3, "gamma.pcap", 200, ""], [10, "alpha.pcap", 403, "error"], [2, "beta <b>.pcap", None, "warning"]]


@contextmanager
def table(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[Any]], **options: Any
) -> Iterator[Watched]:
    data = {"label": "Captures", "noun": "capture", "columns": COLUMNS, "rows": rows}
    path = tmp_path / "page.html"
    path.write_text(page_of(monkeypatch, CONTENT, d=data))
    with opened(browser, path, **options) as watched:
        yield watched
        assert watched.complaints == []
        assert watched.requests == []


def files(page: Page) -> list[str]:
    return page.locator(".grid-row [role=gridcell]:nth-child(2)").all_inner_texts()


def test_rows_are_sorted_by_a_column_and_back(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table(browser, tmp_path, monkeypatch, FEW) as watched:
        page = watched.page
        assert files(page) == ["gamma.pcap", "alpha.pcap", "beta <b>.pcap"]
        head = page.get_by_role("columnheader", name="Id")
        orders = []
        for expected in ("ascending", "descending", "none"):
            head.get_by_role("button").click()
            assert head.get_attribute("aria-sort") == expected
            orders.append([name[0] for name in files(page)])
        assert orders == [["b", "g", "a"], ["a", "g", "b"], ["g", "a", "b"]]
        page.get_by_role("columnheader", name="Status").get_by_role("button").click()
        assert files(page)[-1].startswith("beta")  # without a status: last, either way
        assert page.get_by_role("columnheader", name="Worst").get_by_role("button").count() == 0


def test_search_is_reached_by_a_key_and_left_by_another(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table(browser, tmp_path, monkeypatch, FEW) as watched:
        page = watched.page
        page.keyboard.press("/")
        page.keyboard.type("PCAP alp")
        assert files(page) == ["alpha.pcap"]
        assert page.get_by_role("status").inner_text() == "1 of 3 captures"
        page.keyboard.press("Escape")
        assert len(files(page)) == 3
        page.keyboard.press("/")
        page.keyboard.type("nowhere")
        assert page.get_by_text("No capture matches.").is_visible()


def test_rows_are_walked_by_keys(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with table(browser, tmp_path, monkeypatch, FEW) as watched:
        page = watched.page
        indexes = []
        for key in ("j", "j", "ArrowDown", "k", "Home", "End"):
            page.keyboard.press(key)
            indexes.append(page.evaluate("document.activeElement.ariaRowIndex"))
        assert indexes == ["2", "3", "4", "3", "2", "4"]


def test_of_many_rows_few_are_elements_and_all_are_reached(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[number, f"file-{number}.pcap", 200, ""] for number in range(50_000)]
    with table(browser, tmp_path, monkeypatch, rows) as watched:
        page = watched.page
        assert page.locator(".grid-row").count() < 100
        assert page.get_by_role("grid").get_attribute("aria-rowcount") == "50001"
        page.locator(".grid-scroll").evaluate("one => { one.scrollTop = one.scrollHeight }")
        page.get_by_text("file-49999.pcap").wait_for()
        page.keyboard.press("/")
        page.keyboard.type("file-31415")
        page.get_by_text("1 of 50,000 captures", exact=True).wait_for()
        assert files(page) == ["file-31415.pcap"]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.ariaRowIndex") == "2"


def test_columns_leave_a_narrow_page(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for size, count in ((WIDE, 4), (NARROW, 3)):
        with table(browser, tmp_path, monkeypatch, FEW, size=size) as watched:
            assert watched.page.locator("[role=columnheader]:visible").count() == count
            assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_follows_the_system_until_it_is_toggled(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, dark: bool
) -> None:
    def becomes(page: Page, state: str) -> None:
        """Wait until the background is so."""
        until(
            page,
            f"(([r, g, b]) => {state})(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number))",
        )

    is_dark, is_light = "r + g + b < 200", "r + g + b >= 200"
    before, after = (is_dark, is_light) if dark else (is_light, is_dark)
    with table(browser, tmp_path, monkeypatch, FEW, dark=dark) as watched:
        page = watched.page
        becomes(page, before)
        page.keyboard.press("t")
        becomes(page, after)
        page.reload()
        becomes(page, after)
        page.emulate_media(media="print")
        becomes(page, "r + g + b === 765")  # paper is white


def test_the_policy_stops_scripts_styles_and_requests(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    attack = (
        "<script>document.title = 'taken'</script><img src='http://127.0.0.1:9/x' onerror=\"document.title='taken'\">"
        "<p id='p' style='color: rgb(1, 2, 3)'>x</p><form action='http://127.0.0.1:9/'><button>go</button></form>"
    )
    path.write_text(page_of(monkeypatch, attack))
    with opened(browser, path) as watched:
        page = watched.page
        assert page.title() == "t"
        assert page.locator("#p").evaluate("one => getComputedStyle(one).color") != "rgb(1, 2, 3)"
        with page.expect_console_message(lambda message: "form-action" in message.text):
            page.get_by_role("button", name="go").dispatch_event("click")
        blocked = "\n".join(watched.complaints)
        assert all(name in blocked for name in ("script-src", "style-src", "img-src", "form-action"))


def test_the_keyboard_gets_past_the_bar_and_to_the_list_of_keys(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table(browser, tmp_path, monkeypatch, FEW) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("?")
        assert page.get_by_role("dialog", name="Keys").is_visible()
        page.keyboard.press("Escape")
        assert page.get_by_role("dialog").count() == 0
