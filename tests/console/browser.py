"""A headless Chromium that reads the console of a real service process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = 1280, 390
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # else five seconds, whatever the context's own


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """One member of the staff before a browser; what the browser complains of is kept."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context: BrowserContext = browser.new_context(base_url=url)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def log_in(self, name: str, password: str, then: str = "#main") -> None:
        """Shows name and password, and waits for that part of the next page."""
        self.page.goto("/admin/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("#login-form button[type=submit]")
        self.page.wait_for_selector(then)

    def log_out(self) -> None:
        self.look(dark=False, width=WIDE)
        self.page.locator("#nav-sidebar-inner").get_by_text("unfold_more").click()
        self.page.click("#logout-form button")
        self.page.wait_for_selector("text=Log in again")

    def show_code(self, code: str, then: str) -> None:
        """Types a code, and waits for that part of the next page."""
        self.page.fill("#code-form input[name=code]", code)
        self.page.click("#code-form button[type=submit]")
        self.page.wait_for_selector(then)

    def look(self, *, dark: bool, width: int) -> None:
        """Gives the window these colours and this width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        # A page that is open has chosen its colours.
        self.page.evaluate("on => document.documentElement.classList.toggle('dark', on)", dark)

    def open(self, path: str, *, dark: bool = False, width: int = WIDE) -> Page:
        self.look(dark=dark, width=width)
        self.page.goto(path, wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => true)")
        return self.page

    def shot(self, path: str, file: Path, *, dark: bool = False, width: int = WIDE) -> None:
        self.open(path, dark=dark, width=width).screenshot(path=file, full_page=width == NARROW)
