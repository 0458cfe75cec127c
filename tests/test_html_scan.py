"""The page of a scan, in a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from osspcap.scan.results import write_results
from osspcap.scan.store import Store
from tests.build.browser import CHROMIUM, NARROW, WIDE, opened
from tests.build.scans import directory, refusal, scan

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here"), pytest.mark.xdist_group("browser")]

HOSTILE = "<img src=x onerror=alert(1)>.pcap"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan")
    captures = directory(folder / "captures", 16)
    (captures / HOSTILE).write_bytes(refusal(50, "zz-one"))
    (captures / "empty.pcap").touch()
    scan([captures], folder / "out", report="json")
    with Store(str(folder / "out" / "store.sqlite")) as store:
        return write_results(store, folder / "out", heading="captures")


@contextmanager
def page_at(browser: Browser, index: Path, size: tuple[int, int] = WIDE) -> Iterator[Page]:
    with opened(browser, index, size=size) as watched:
        yield watched.page
        assert watched.complaints == []
        assert watched.requests == []


def files(page: Page) -> list[str]:
    return page.locator("[data-grid=captures] .grid-row [role=gridcell]:nth-child(2)").all_inner_texts()


def faults(page: Page) -> list[str]:
    return page.locator("[data-grid=faults] .grid-row [role=gridcell]:nth-child(2)").all_inner_texts()


def test_counts_choose_captures(browser: Browser, index: Path) -> None:
    with page_at(browser, index) as page:
        assert len(files(page)) == 18
        for label, expected in (("with errors", 9), ("without fault", 8), ("not analyzed", 1), ("captures", 18)):
            page.locator(".tile", has_text=label).first.click()
            assert len(files(page)) == expected


def test_notes_are_shown_on_demand(browser: Browser, index: Path) -> None:
    with page_at(browser, index) as page:
        assert all("no-such-bucket" in text for text in faults(page))
        assert len(faults(page)) == 4
        page.get_by_label("Notes too").check()
        assert any("plain-http-used" in text for text in faults(page))


def test_a_bucket_chooses_its_faults_and_captures(browser: Browser, index: Path) -> None:
    with page_at(browser, index) as page:
        bar = page.locator("[data-facet=bucket]", has_text="bucket-1")
        bar.click()
        assert (len(faults(page)), len(files(page))) == (1, 3)
        assert "bucket bucket-1: 3 captures" in page.locator(".chosen").inner_text()
        page.get_by_role("button", name="Show all").click()
        assert (len(faults(page)), len(files(page))) == (4, 18)
        bar.click()
        bar.click()
        assert len(files(page)) == 18


def test_a_fault_tells_what_to_do_and_leads_to_its_captures(browser: Browser, index: Path) -> None:
    with page_at(browser, index) as page:
        page.locator("[data-grid=faults] .grid-row").first.click()
        detail = page.locator("[data-grid=faults] .grid-detail")
        assert "What to do" in detail.inner_text()
        assert "Request ID" in detail.inner_text()
        link = detail.get_by_role("link", name="Report of the example").get_attribute("href")
        assert link is not None
        assert (index.parent / link).is_file()
        detail.get_by_role("button", name="Show its 3 captures").click()
        assert len(files(page)) == 3


def test_a_capture_tells_its_verdict_and_is_found_by_search(browser: Browser, index: Path) -> None:
    with page_at(browser, index) as page:
        page.get_by_label("Search captures").fill("zz-one")
        assert files(page) == [HOSTILE]
        page.locator("[data-grid=captures] .grid-row").click()
        detail = page.locator("[data-grid=captures] .grid-detail").inner_text()
        assert "zz-one" in detail
        assert "SHA-256" in detail
        assert page.locator("img").count() == 0


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_is_wider_than_the_page(browser: Browser, index: Path, size: tuple[int, int]) -> None:
    with page_at(browser, index, size) as page:
        page.locator("[data-grid=faults] .grid-row").first.click()
        page.locator("[data-grid=captures] .grid-row").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
