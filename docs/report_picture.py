"""Photograph the top of the demo class's report: ``make demo``, then this file.

    .venv/bin/python docs/report_picture.py

Needs Chromium and its driver, as tests that look at pages do.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import chromium  # noqa: E402  # needs the line above
from PIL import Image  # noqa: E402  # matplotlib brings it

WIDTH, HEIGHT, SCALE = 1120, 1560, 0.75
COLOURS = 32  # enough for a page in two of them


def photograph(page: Path, picture: Path) -> None:
    """Write a picture of a page's top."""
    with chromium() as browser:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": SCALE, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        browser.get(page.as_uri())
        shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    image = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    image.quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "report" / "toeplitz.html"
    photograph(source.resolve(), ROOT / "docs" / "images" / "report.png")
