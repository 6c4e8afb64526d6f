"""Pictures of the real page in a real browser: what an agent sees when it browses as people do.

The browser belongs to a thread of its own, since its driver may be used by one thread alone. It reaches the page and
nothing else, and nobody hands it anything but a clip and a time: what an agent can do stays with the session.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from agents.web.app import still_app
from agents.web.options import OpenMedia, PageAddress, PageOptions, no_media
from agents.web.serving import need_web, served
from agents.web.shelf import Shelf
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.foundation.text import one_line

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright, Route

    from agents.browsing.catalogue import Catalogue

_CLOSE = 0.05
"""Seconds by which the time that was reached may differ from the one that was asked for."""
_SHOW = "([clip, time, patience, over]) => globalThis.showClip(clip, time, patience, over)"
_BROWSER = "VALUESPECTRUM_BROWSER"
"""Variable of the environment that names a browser."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_KEPT = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_DIRS", "XDG_RUNTIME_DIR"),
    *("CHROME_DEVEL_SANDBOX", "DBUS_SESSION_BUS_ADDRESS"),
)
"""What a browser is told of our environment."""


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """The browser, and the size of its screen."""

    executable: Path | None = None
    """Of Chromium or Chrome; ``None`` takes that of ``VALUESPECTRUM_BROWSER``, or one that is installed."""
    width: int = 390
    height: int = 844
    """Pixels; the default is a phone."""
    patience: float = 30.0
    """Seconds that a picture may take."""

    def __post_init__(self) -> None:
        if not (200 <= self.width <= 4000 and 200 <= self.height <= 4000):
            raise InputError(f"a screen has 200 to 4000 pixels each way, got {self.width} x {self.height}")


class _Shot(NamedTuple):
    """A picture that is wanted, as in ``Screens.shot``."""

    item_id: str
    time: float
    over: bytes


@contextlib.contextmanager
def open_screens(
    catalogue: Catalogue,
    open_media: OpenMedia = no_media,
    browser: BrowserOptions | None = None,
    page: PageOptions | None = None,
) -> Iterator[BrowserScreens]:
    """Open the page of a catalogue in a browser that nobody sees.

    Args:
        catalogue: The clips.
        open_media: Finds the video of a clip; without, its stored pictures are shown.
        browser: Which browser, and how large.
        page: What is drawn around a clip.

    Raises:
        InputError: What serves the page, its driver or a browser is not installed.
    """
    need_web()
    with Shelf(catalogue, open_media) as shelf:
        app = still_app(shelf, page or PageOptions())
        with served(app, PageAddress(port=0)) as link:
            screens = BrowserScreens(link, browser or BrowserOptions())
            try:
                yield screens
            finally:
                screens.close()


def find_browser(executable: Path | None = None) -> Path:
    """The browser to use.

    Args:
        executable: As the user named it; ``None`` takes that of ``VALUESPECTRUM_BROWSER``, or looks where browsers are.

    Raises:
        InputError: There is none.
    """
    hint = f"install Chromium (`apt-get install chromium`), or name one in the environment: {_BROWSER}=PATH"
    if executable is None and os.environ.get(_BROWSER):
        executable = Path(os.environ[_BROWSER])
    if executable is not None:
        if not os.access(executable, os.X_OK) or not executable.is_file():
            raise InputError(f"{executable} is no program", hint)
        return executable
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise InputError("no browser was found", hint)
    return Path(found)


def browser_environment() -> dict[str, str | float | bool]:
    """What a browser is told of our environment: it decodes videos of strangers, and keys of services lie there."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


class BrowserScreens:
    """See :class:`agents.browsing.seeing.screens.Screens`; made by :func:`open_screens`.

    Args:
        link: To the page, with its secret.
        options: Which browser, and how large.
    """

    def __init__(self, link: str, options: BrowserOptions) -> None:
        self._link, self._options = link, options
        self._path = find_browser(options.executable)
        self._version = ""
        self._wanted: queue.Queue[tuple[_Shot, Future[bytes]] | None] = queue.Queue()
        self._opened: Future[str] = Future()
        self._thread = threading.Thread(target=self._live, name="browser", daemon=True)
        self._thread.start()
        self._version = self._opened.result()

    @property
    def settings(self) -> Mapping[str, str | int | float]:
        """What a picture depends on besides the clip and the time."""
        return {"browser": self._version, "width": self._options.width, "height": self._options.height}

    def shot(self, item_id: str, time: float, over: bytes = b"") -> bytes:
        """The screen as a PNG file; see :meth:`agents.browsing.seeing.screens.Screens.shot`."""
        if not (isfinite(time) and time >= 0):
            raise InputError(f"a clip is shown at 0 seconds or later, got {time}")
        if not self._thread.is_alive():
            raise InputError("the browser has ended", "start again")
        told: Future[bytes] = Future()
        self._wanted.put((_Shot(item_id, time, over), told))
        return told.result()

    def close(self) -> None:
        """End the browser."""
        self._wanted.put(None)
        self._thread.join(self._options.patience)

    def _live(self) -> None:
        """The life of the browser, in its own thread."""
        try:
            with _driver() as driver, self._launched(driver) as browser:
                page = self._page(browser)
                self._opened.set_result(browser.version)
                while (wanted := self._wanted.get()) is not None:
                    self._tell(page, *wanted)
        except Exception as error:
            if self._opened.done():
                self._refuse_all()
                raise
            self._opened.set_exception(error)

    def _refuse_all(self) -> None:
        with contextlib.suppress(queue.Empty):
            while (wanted := self._wanted.get_nowait()) is not None:
                wanted[1].set_exception(InputError("the browser has ended", "start again"))

    def _tell(self, page: Page, wanted: _Shot, told: Future[bytes]) -> None:
        try:
            told.set_result(self._shot(page, wanted))
        except Exception as error:
            told.set_exception(error)

    def _shot(self, page: Page, wanted: _Shot) -> bytes:
        from playwright.sync_api import Error

        item_id, time, over = wanted
        label = f"clip {item_id[:80]!r} at {time:g} s"
        try:
            stands = page.evaluate(_SHOW, [item_id, time, self._options.patience, b64encode(over).decode()])
            # Without byte ranges, or where a video is damaged, browsers stay where they are and say nothing.
            if abs(stands["reached"] - min(time, stands["seconds"])) > _CLOSE:
                raise MediaError(f"{label}: the browser stands at {stands['reached']:g} s", "not_seekable")
            return bytes(page.screenshot(type="png", animations="disabled", caret="hide", scale="css"))
        except Error as error:
            raise MediaError(f"{label}: the browser cannot show it: {one_line(error)}", "not_shown") from error

    @contextlib.contextmanager
    def _launched(self, driver: Playwright) -> Iterator[Browser]:
        from playwright.sync_api import Error

        try:
            # The superuser's browser refuses to confine itself.
            browser = driver.chromium.launch(
                executable_path=self._path,
                chromium_sandbox=os.geteuid() != 0,
                env=browser_environment(),
            )
        except Error as error:
            raise InputError(f"{self._path} cannot be started: {one_line(error)}", "name another browser") from error
        with browser:
            yield browser

    def _page(self, browser: Browser) -> Page:
        context = browser.new_context(
            viewport={"width": self._options.width, "height": self._options.height},
            device_scale_factor=1,
            reduced_motion="reduce",
            color_scheme="dark",
            locale="en-US",
            timezone_id="UTC",
            service_workers="block",
            accept_downloads=False,
        )
        context.set_default_timeout(1000 * self._options.patience)
        home = urlunsplit(urlsplit(self._link)._replace(query="", fragment=""))
        context.route("**/*", lambda route: _let_through(route, home))
        page = context.new_page()
        # Scripts of the page have run when it counts as loaded.
        page.goto(self._link, wait_until="load")
        return page


@contextlib.contextmanager
def _driver() -> Iterator[Playwright]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        hint = "install it: pip install 'valuespectrum[browser]'"
        raise InputError("pictures of the page need playwright, which is not installed", hint) from error
    with sync_playwright() as driver:
        yield driver


def _let_through(route: Route, home: str) -> None:
    if route.request.url.startswith(home):
        route.continue_()
    else:
        route.abort()
