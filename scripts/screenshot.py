#!/usr/bin/env python3
"""Draws the picture of the HTML report that the README shows: scripts/report.png.

Needs the `test` extra, chromium, and the fonts that the picture is set in (Debian: fonts-inter, fonts-dejavu-core).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT / "fixtures" / "sig-content-type-rewritten.client.pcap"
TARGET = ROOT / "scripts" / "report.png"
WIDTH, HEIGHT = 1240, 1000
MAX_BYTES = 300_000


def main() -> int:
    """Write the report, open it, photograph its first screen; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        command = [sys.executable, "-m", "osspcap", "analyze", str(CAPTURE.relative_to(ROOT)), "-f", "html"]
        subprocess.run([*command, "-o", str(report), "--fail-on", "never"], check=True, cwd=ROOT)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            )
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(report.as_uri())
            photograph(page)
            browser.close()
    size = TARGET.stat().st_size
    print(f"{TARGET.relative_to(ROOT)}: {size:,} bytes")
    if size > MAX_BYTES:
        print(f"larger than {MAX_BYTES:,} bytes: make it smaller", file=sys.stderr)
        return 1
    return 0


def photograph(page: Page) -> None:
    """Fold the evidence, so that verdict, strings to sign, waterfall and packets fit on one picture."""
    page.evaluate(
        """() => {
            for (const one of document.querySelectorAll('.finding-proof, .refs, #r0-f1, #r0-connections, #r0-capture'))
                one.remove();
            document.querySelector('.foot').remove();
        }"""
    )
    page.screenshot(path=TARGET, full_page=True)


if __name__ == "__main__":
    sys.exit(main())
