"""The HTML report in a browser: what it draws, what it lets through, and how it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from osspcap.report.htmlreport import write_reports
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView
from tests.build.browser import CHROMIUM, NARROW, WIDE, Watched, opened, until
from tests.build.hostile import ALL, hostile_capture
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.mismatch import mismatch, v1_request, v1_string
from tests.build.traces import traced_report
from tests.build.wire import ACK, Capture

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here"), pytest.mark.xdist_group("browser")]


def story() -> Capture:
    """Two connections: a refused signature between healthy exchanges, then an upload with losses that is reset."""
    capture = Capture()
    tcp = capture.tcp(cport=50001)
    tcp.handshake()
    tcp.client(request("GET", "/first.txt"))
    capture.wait(0.05)
    tcp.server(response(body=b"content", Content_Type="text/plain", x_oss_server_time="30"))
    sent, seen = v1_string(content_type="text/plain"), v1_string(content_type="text/html")
    tcp.client(v1_request(sent, Content_Type="text/plain"))
    tcp.server(mismatch(seen))
    tcp.close()
    upload = capture.tcp(cport=50002)
    upload.handshake()
    content = request("PUT", "/big.bin", body=bytes(range(256)) * 200)
    for start in range(0, 30_000, 1460):
        upload.client(content[start : start + 1460])
    capture.wait(0.5)
    upload.send(0, ACK, content[28_000:29_460], seq=1001 + 28_000)
    upload.reset(1)
    return capture


@contextmanager
def report_page(browser: Browser, tmp_path: Path, *captures: Capture, **options: Any) -> Iterator[Watched]:
    views = (ReportView(traced_report(capture)) for capture in captures)
    path = tmp_path / "report.html"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(write_reports(views, Layout(is_batch=len(captures) > 1)))
    with opened(browser, path, **options) as watched:
        yield watched
        assert watched.complaints == []
        assert watched.requests == []


ROWS = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(
    [...document.querySelectorAll("[data-exchanges] .request")].map((one) => one.innerText)
))))"""


def rows(page: Page) -> list[str]:
    """Read the rows that are drawn; a row that is being replaced, and so in no document, has another inner text."""
    found: list[str] = page.evaluate(ROWS)
    return found


def test_waterfall_and_ladder_are_drawn(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        page = watched.page
        assert rows(page) == ["GET\nrokid/first.txt", "PUT\nrokid/dir/a.txt", "PUT\nrokid/big.bin"]
        exchanges = page.locator("[data-exchanges] .grid-row")
        bars = exchanges.first.locator(".fall i")
        assert bars.evaluate_all("all => all.map((one) => one.className)") == ["k0", "k2", "k3", "k4", "in"]
        boxes = bars.evaluate_all("all => all.map((one) => one.getBoundingClientRect()).map((b) => [b.left, b.width])")
        assert boxes[0][0] < boxes[1][0] <= boxes[2][0] < boxes[3][0]
        assert all(width >= 1 for _, width in boxes)
        assert boxes[4][1] < boxes[2][1]  # the server's time lies inside of the waiting
        assert exchanges.last.locator(".fall b.m1").is_visible()
        ladder = page.locator("#r0-s1")
        ladder.locator("summary").click()
        ladder.locator(".rung").first.wait_for()  # a browser tells that something was unfolded when it has the time
        assert ladder.locator(".rung.is-reset").count() == 1
        assert ladder.get_by_text("retransmission").count() >= 1
        assert ladder.get_by_text("of silence").is_visible()
        fold = ladder.get_by_role("button", name="packets: client")
        before = ladder.locator(".rung").count()
        fold.click()
        assert ladder.locator(".rung").count() > before + 10
        left, right = ladder.locator(".from-client .arrow, .from-server .arrow").first.evaluate(
            "one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right]"
        )
        assert right - left > 200


def test_evidence_leads_to_its_packet_and_the_packet_back_to_the_finding(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        page = watched.page
        link = page.locator("#r0-f0 a.frame").filter(visible=True).last
        frame = link.inner_text().removeprefix("frame ")
        link.click()
        rung = page.locator(f"#r0-s0-p{frame}")
        assert rung.evaluate("one => one === document.activeElement && one.classList.contains('is-named')")
        rung.get_by_role("link").first.click()
        until(page, "document.activeElement.id === 'r0-f0'")
        page.locator("#r0-f0 [aria-label='Copy the command']").click()
        assert page.evaluate("navigator.clipboard.readText()").startswith("osspcap rules ")
        page.locator("#r0-f0 [aria-label='Copy the request ID']").click()
        assert page.evaluate("navigator.clipboard.readText()") == REQUEST_ID
        page.locator("#r0-f0 [data-exchange]").click()
        assert page.locator(".grid-row[aria-expanded=true] .request").inner_text() == "PUT\nrokid/dir/a.txt"


def test_both_strings_to_sign_stand_side_by_side(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        cells = watched.page.locator(".signed tr.differs").first.locator("td")
        assert cells.all_inner_texts() == ["text/plain", "text/html"]
        lefts = cells.evaluate_all("all => all.map((one) => one.getBoundingClientRect().left)")
        assert lefts[0] < lefts[1]
        assert cells.locator("mark").count() >= 1


def test_exchanges_are_filtered_opened_and_walked_by_keys(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        page = watched.page
        status, stream = page.get_by_label("Status"), page.get_by_label("Stream", exact=True)
        status.select_option("403")
        assert rows(page) == ["PUT\nrokid/dir/a.txt"]
        status.select_option("failed")
        assert len(rows(page)) == 2
        stream.fill("1")
        assert rows(page) == ["PUT\nrokid/big.bin"]
        status.select_option("")
        stream.fill("")
        page.locator("[data-filter=code]").select_option("SignatureDoesNotMatch")
        assert rows(page) == ["PUT\nrokid/dir/a.txt"]
        page.locator("[data-filter=code]").select_option("")
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("signaturedoes")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        detail = page.locator(".grid-detail")
        assert detail.get_by_text("x-oss-request-id").is_visible()
        assert detail.get_by_text("<Code>SignatureDoesNotMatch</Code>").is_visible()
        page.keyboard.press("Escape")
        assert detail.count() == 0
        page.keyboard.press("/")
        page.keyboard.press("Escape")
        for key in ("j", "j", "j"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.querySelector('.request').innerText") == "PUT\nrokid/big.bin"
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.classList.contains('finding')")


def test_one_time_axis_and_each_from_its_start(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        page = watched.page
        button = page.get_by_role("button", name="One time axis")
        lefts = {}
        for _ in (0, 1):
            starts = "all => all.map((one) => one.querySelector('i').getBoundingClientRect().left)"
            lefts[button.get_attribute("aria-pressed")] = page.locator(".fall-cell .fall").evaluate_all(starts)
            button.click()
        assert lefts["true"] == sorted(lefts["true"])
        assert lefts["true"][2] > lefts["true"][0] + 5
        assert max(lefts["false"]) - min(lefts["false"]) < 1


def test_hostile_strings_are_text(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, hostile_capture()) as watched:
        page = watched.page
        for number in range(len(ALL) + 1):
            page.evaluate(f"reports[0].showExchange({number})")
            page.locator(".grid-detail .message").first.wait_for()
        assert page.title() == "-: osspcap"
        assert page.locator("script").count() == 3
        assert (
            page.locator("img, iframe, object, embed, base, form:not([method=dialog]), [onerror], [onload]").count()
            == 0
        )
        assert page.locator("body svg").count() == 2
        hrefs = page.locator("a[href]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert all(href.startswith("#") for href in hrefs)
        text = page.locator("body").inner_text()
        assert "<script>document.title='taken'</script>" in text
        assert "\\u202egnp.exe\\u202c" in text
        assert not any(character in text for character in "\u202e\u2066\u200b\x1b\x07\x9b")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_thousands_of_exchanges_are_a_few_elements(browser: Browser, tmp_path: Path) -> None:
    capture = Capture(step_ns=100_000)
    for number in range(100):
        tcp = capture.tcp(cport=20_000 + number)
        tcp.handshake()
        for at in range(50):
            tcp.client(request("GET", f"/{number}/{at}.jpg"), acknowledge=False)
            missing = number == 77 and at == 7
            body = oss_error("NoSuchKey", "It is not there.") if missing else b""
            tcp.server(response(404 if missing else 200, body=body))
        tcp.close()
    with report_page(browser, tmp_path, capture) as watched:
        page = watched.page
        assert page.get_by_role("treegrid", name="Exchanges").get_attribute("aria-rowcount") == "5001"
        assert page.locator("[data-exchanges] .grid-row").count() < 100
        assert page.locator("*").count() < 6000
        page.locator("[data-exchanges] .grid-scroll").evaluate("one => { one.scrollTop = one.scrollHeight }")
        page.get_by_text("rokid/99/49.jpg").wait_for()
        page.get_by_label("Status").select_option("failed")
        assert rows(page) == ["GET\nrokid/77/7.jpg"]
        page.get_by_label("Status").select_option("")
        page.keyboard.press("/")
        page.get_by_label("Search exchanges").fill("77/7.jpg")
        page.get_by_text("1 of 5,000 exchanges", exact=True).wait_for()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert page.locator(".grid-detail").get_by_text("<Code>NoSuchKey</Code>").is_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_accessible_and_fits_wide_and_narrow(browser: Browser, tmp_path: Path, *, dark: bool) -> None:
    with report_page(browser, tmp_path, story(), dark=dark) as watched:
        page = watched.page
        page.locator(".finding details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        page.locator(".grid-row").nth(1).click()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
        for width, height in (WIDE, (820, 1000), NARROW):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_shows_what_is_folded_on_the_screen(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story()) as watched:
        page = watched.page
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".finding-body:visible").count() == page.locator(".finding").count()
        assert page.locator(".bar:visible, .tools:visible, .copy:visible").count() == 0
        assert page.locator(".grid-scroll, .rungs").evaluate_all(
            "all => all.every((one) => one.scrollHeight <= one.clientHeight + 1)"
        )
        assert page.pdf().count(b"/Type /Page\n") > 1


def test_without_scripts_the_answer_is_there(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story(), scripts=False) as watched:
        page = watched.page
        assert page.locator("h1").is_visible()
        assert page.get_by_text("What to do").first.is_visible()
        assert page.locator(".signed tr.differs").first.is_visible()
        assert page.get_by_text("Complete").first.is_visible()


def test_several_captures_are_reached_from_a_list(browser: Browser, tmp_path: Path) -> None:
    with report_page(browser, tmp_path, story(), hostile_capture()) as watched:
        page = watched.page
        links = page.get_by_role("navigation", name="Captures").get_by_role("link")
        assert links.count() == 2
        links.last.click()
        assert page.url.endswith("#r1-top")
        page.locator("#r1-f0 a.frame[href]").first.click()
        assert page.evaluate("document.activeElement.id").startswith("r1-s0-p")


def test_the_picture_in_the_readme_is_there_and_small() -> None:
    root = Path(__file__).resolve().parents[1]
    readme = (root / "README.md").read_text(encoding="utf-8")
    (picture,) = [root / name for name in ("scripts/report.png",) if f"]({name})" in readme]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000
