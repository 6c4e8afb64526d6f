"""The page in a real browser: what a person does with it, on a phone and on a desk."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from page_world import PATIENCE, browser_or_skip, open_page, page_catalogue, study, videos

from agents.browsing.catalogue import Catalogue
from agents.browsing.doing.actions import AFTER_WATCHING, further_acts
from agents.browsing.log import read_log
from agents.web.answers_file import answers_path, read_answers
from agents.web.options import ClipMedia, OpenMedia, PageOptions
from agents.web.seats import OneSeat
from agents.web.sitting import Sitting
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE, DESK = (390, 844), (1280, 800)
PLAIN = PageOptions(attention_every=0)
AXE = "VALUESPECTRUM_AXE"
"""Names the file axe.min.js of the npm package axe-core."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = browser_or_skip()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return page_catalogue(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> OpenMedia:
    """Every clip of the catalogue has a video, VP9 and H.264 in turn."""
    return videos(tmp_path_factory.mktemp("videos"), 8)


@dataclass
class Visit:
    """A person's browser, and whatever went wrong in it."""

    page: Page
    home: str
    wrong: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda said: self._note(said.type in ("error", "warning"), f"{said.type} {said.text}"))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda request: self._note(not request.url.startswith(self.home), request.url))
        self.page.on("response", lambda answer: self._note(answer.status >= 400, f"{answer.status} {answer.url}"))

    def _note(self, is_wrong: bool, what: str) -> None:
        if is_wrong:
            self.wrong.append(what)

    def agree(self) -> None:
        self.page.get_by_role("button", name="I agree, begin").click()

    def place(self) -> str:
        """What the clip in front is called."""
        return str(self.page.locator(".place").inner_text())

    def wait_for(self, place: str) -> None:
        self.page.locator(f'article[aria-label="{place}"]').wait_for()

    def until(self, holds: str) -> None:
        """Wait for something to be true; the driver's own way evaluates texts where the page's policy forbids it."""
        last = time.monotonic() + PATIENCE
        while not self.page.evaluate(holds):
            assert time.monotonic() < last, holds
            self.wait(0.05)

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(1000 * seconds)


@contextlib.contextmanager
def visit(browser: Browser, link: str, size: tuple[int, int] = DESK, **changes: Any) -> Iterator[Visit]:
    told = {"has_touch": size == PHONE, "reduced_motion": "no-preference", **changes}
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **told)
    try:
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        parts = urlsplit(link)
        visited = Visit(page, f"{parts.scheme}://{parts.netloc}/")
        visited.listen()
        page.goto(link)
        yield visited
        assert visited.wrong == []
    finally:
        context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_scroll_like_skip_rate_and_go_on_after_a_reload(
    browser: Browser, catalogue: Catalogue, media: OpenMedia, tmp_path: Path, size: tuple[int, int]
) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log, media) as link, visit(browser, link, size) as person:
        page = person.page
        person.agree()
        person.wait_for("Clip 1 of 6")
        assert "token" not in page.url
        person.until("document.querySelector('video').currentTime > 1.2")
        page.get_by_role("button", name="Like").click()
        page.get_by_label("4 stars").check(force=True)
        page.mouse.move(size[0] / 2, size[1] / 2)
        page.mouse.wheel(0, size[1])
        person.wait_for("Clip 2 of 6")
        page.get_by_role("button", name="Skip").click()
        person.wait_for("Clip 3 of 6")
        page.keyboard.press("n")
        person.wait_for("Clip 4 of 6")
        person.until("document.querySelector('video').currentTime > 1.1")
        page.keyboard.press("l")
        page.keyboard.press("2")
        page.reload()
        person.wait_for("Clip 4 of 6")
        assert page.get_by_role("button", name="Like").get_attribute("aria-pressed") == "true"
        assert page.get_by_label("2 stars").is_checked()
        page.keyboard.press("ArrowDown")
        person.wait_for("Clip 5 of 6")
    events = read_log(log).events
    assert [event.action for event in events] == ["like", "skip", "not_interested", "like"]
    assert [event.rating for event in events] == [0.75, None, None, 0.25]
    assert events[0].watch_s > 1.1 and events[3].watch_s > 1.0, "what was watched before the reload counts"
    assert all(event.watch_s <= (event.latency_ms or 0) / 1000 + 1e-6 for event in events)
    played = [record["as"] for record in read_answers(answers_path(log)) if record["kind"] == "played"]
    assert played == ["video"] * 4


def test_what_was_liked_and_is_skipped_stays_liked(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    """Unless it is taken back, or told to be not for oneself."""
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link) as person:
        person.agree()
        for step, keys in enumerate(("ls", "lls", "ln"), start=1):
            person.wait_for(f"Clip {step} of 6")
            for key in keys:
                person.page.keyboard.press(key)
        person.wait_for("Clip 4 of 6")
    assert [event.action for event in read_log(log).events] == ["like", "skip", "not_interested"]


def test_what_was_pressed_before_leaving_is_kept(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    """And a clip that was only in front when somebody left is none that they met."""
    for keys, actions in (("l", ["like"]), ("", list[str]())):
        log = tmp_path / f"log{keys}.jsonl"
        with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link) as person:
            person.page.on("dialog", lambda asked: asked.accept())
            person.agree()
            person.wait_for("Clip 1 of 6")
            for key in keys:
                person.page.keyboard.press(key)
            person.page.get_by_role("button", name="Leave").click()
            person.page.get_by_role("heading", name="Thank you").wait_for()
        assert [event.action for event in read_log(log).events] == actions
        assert read_answers(answers_path(log))[-1] == {"kind": "left", "step": len(actions)}


def test_what_is_pressed_until_a_server_answers_again_is_kept(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    """Before leaving, and after it was tried in vain."""
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link) as person:
        page = person.page
        page.on("dialog", lambda asked: asked.accept())
        person.agree()
        person.wait_for("Clip 1 of 6")
        page.keyboard.press("l")
        page.context.set_offline(True)
        page.get_by_role("button", name="Leave").click()
        page.get_by_role("alert").get_by_text("does not answer").wait_for()
        page.keyboard.press("4")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        person.wrong = [what for what in person.wrong if "ERR_INTERNET_DISCONNECTED" not in what]
    (event,) = read_log(log).events
    assert (event.action, event.rating) == ("like", 0.75)


def test_a_swipe_is_a_scroll(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link, PHONE) as person:
        person.agree()
        person.wait_for("Clip 1 of 6")
        person.wait(0.5)
        # As a thumb does it.
        hand = person.page.context.new_cdp_session(person.page)
        hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 195, "y": 700}]})
        for height in range(680, 80, -30):
            hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": 195, "y": height}]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        person.wait_for("Clip 2 of 6")
    assert len(read_log(tmp_path / "log.jsonl").events) == 1


def test_what_is_not_in_front_is_not_watched(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link) as person:
        page = person.page
        person.agree()
        person.wait_for("Clip 1 of 6")
        begun = time.monotonic()
        person.wait(0.5)
        hidden = "Object.defineProperty(document, 'visibilityState', {value: %r, configurable: true});"
        change = "document.dispatchEvent(new Event('visibilitychange'))"
        page.evaluate(hidden % "hidden" + change)
        person.wait(1.5)
        page.evaluate(hidden % "visible" + change)
        page.keyboard.press("k")
        person.wait(1.0)
        page.keyboard.press("j")
        person.wait_for("Clip 2 of 6")
        passed = time.monotonic() - begun
    event = read_log(log).events[0]
    in_front = (event.latency_ms or 0) / 1000
    assert event.watch_s >= 0.3, "in front and playing"
    assert event.watch_s + 0.8 <= in_front, "paused is in front, and not watched"
    # Drawing the first picture may have taken a moment before the clock of the test began.
    assert in_front <= passed - 1.5 + 0.4, "hidden is neither"


def test_two_hundred_clips(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    told = study(page_catalogue(tmp_path / "p", 200), PLAIN, steps=200)
    with open_page(told, log) as link, visit(browser, link, reduced_motion="reduce") as person:
        person.agree()
        for step in range(200):
            person.wait_for(f"Clip {step + 1} of 200")
            assert person.page.locator(".slide").count() == 2, "what was left does not pile up"
            person.page.keyboard.press("j")
        person.page.get_by_role("heading", name="Thank you").wait_for()
    events = read_log(log).events
    assert len(events) == 200 and len({event.item_id for event in events}) == 200


def test_pictures_stand_in_for_a_video_and_say_so(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        person.agree()
        person.wait_for("Clip 1 of 6")
        assert person.page.get_by_text("its video is not at hand").is_visible()
        picture = person.page.locator(".screen img")
        assert picture.get_attribute("alt") == "Clip 1 of 6, picture 1 of 3"
        person.until("document.querySelector('.screen img').alt.includes('picture 2')")


def test_pictures_stand_in_for_a_video_that_does_not_play(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"\0" * 5000)

    def broken(clip_id: str) -> ClipMedia:
        return ClipMedia(junk.open("rb"), 5000, "video/mp4")

    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log, broken) as link, visit(browser, link) as person:
        person.agree()
        person.page.get_by_text("its video is not at hand").wait_for()
        person.until("document.querySelector('.screen img').alt.includes('picture 2')")
        person.page.keyboard.press("j")
        person.wait_for("Clip 2 of 6")
    assert [record["as"] for record in read_answers(answers_path(log))[1:]] == ["pictures"]


def test_without_motion_nothing_moves_by_itself(
    browser: Browser, catalogue: Catalogue, media: OpenMedia, tmp_path: Path
) -> None:
    page = open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl", media)
    with page as link, visit(browser, link, reduced_motion="reduce") as person:
        person.agree()
        person.wait_for("Clip 1 of 6")
        person.wait(0.5)
        assert person.page.evaluate("document.querySelector('video').paused")
        person.page.get_by_role("button", name="Play").click()
        person.until("!document.querySelector('video').paused")


def test_a_key_that_is_held_down_is_pressed_once(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    """Whoever rests a finger on a key has left one clip, and not all that follow."""
    for place, key in enumerate(("s", "j", "ArrowDown")):
        log = tmp_path / f"log{place}.jsonl"
        with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link, reduced_motion="reduce") as person:
            person.agree()
            person.wait_for("Clip 1 of 6")
            person.page.keyboard.down(key)
            person.wait_for("Clip 2 of 6")
            for _ in range(5):
                person.page.keyboard.down(key)  # repeats, until it is let go
                person.wait(0.2)
            person.page.keyboard.up(key)
            assert person.place() == "Clip 2 of 6"
            person.page.keyboard.press(key)
            person.wait_for("Clip 3 of 6")
        assert len(read_log(log).events) == 2


def test_keys_can_be_switched_off(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        page = person.page
        person.agree()
        person.wait_for("Clip 1 of 6")
        page.keyboard.press("?")
        page.get_by_label("Use these keys").uncheck()
        page.get_by_role("button", name="Close").click()
        page.keyboard.press("l")
        assert page.get_by_role("button", name="Like").get_attribute("aria-pressed") == "false"


def test_a_session_that_cannot_go_on_is_said_and_asked_for_once(
    browser: Browser, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refused(seats: OneSeat, secret: str) -> Sitting:
        asked.append(secret)
        raise InputError("the log is of another session")

    monkeypatch.setattr(OneSeat, "seat", refused)
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        person.page.get_by_role("alert").get_by_text("this session cannot go on").wait_for()
        person.wait(0.5)
        assert len(asked) == 1
        person.wrong.clear()  # the refusal itself


def test_the_next_person_in_a_tab_begins_anew(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    """Everybody is shown the same clips at the same steps."""
    with open_page(study(catalogue, PLAIN), tmp_path / "logs") as link, visit(browser, link) as person:
        for _ in range(2):
            person.agree()
            person.wait_for("Clip 1 of 6")
            like = person.page.get_by_role("button", name="Like")
            assert like.get_attribute("aria-pressed") == "false"
            like.click()
            person.page.context.clear_cookies(name="valuespectrum-person")
            person.page.reload()
    assert len(list((tmp_path / "logs").glob("human-*.jsonl"))) == 2


def test_words_of_strangers_stay_words(browser: Browser, tmp_path: Path) -> None:
    caption = '</p><img src=x onerror="document.title=1"><script>document.title=2</script>'
    catalogue = page_catalogue(tmp_path / "p", 3, caption)
    page = PageOptions(attention_every=0, captions=True, consent="<h2>Hi</h2><script>document.title=3</script>")
    with open_page(study(catalogue, page), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        person.page.get_by_text("<h2>Hi</h2>").wait_for()
        person.agree()
        person.wait_for("Clip 1 of 6")
        assert caption in person.page.locator(".caption").inner_text()
        assert person.page.title() == "Feed" and person.page.locator("main script, main h2").count() == 1  # of the help


def test_a_server_that_went_away_is_said_and_tried_again(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        page = person.page
        person.agree()
        person.wait_for("Clip 1 of 6")
        page.context.set_offline(True)
        page.keyboard.press("s")
        page.get_by_role("alert").get_by_text("does not answer").wait_for()
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        person.wait_for("Clip 2 of 6")
        person.wrong = [what for what in person.wrong if "ERR_INTERNET_DISCONNECTED" not in what]
    assert len(read_log(tmp_path / "log.jsonl").events) == 1


def test_an_answer_that_is_changed_before_it_is_sent_again_counts(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue), log) as link, visit(browser, link) as person:
        page = person.page
        person.agree()
        page.get_by_role("heading", name="About you").wait_for()
        questions = page.locator("fieldset").all()
        for question in questions:
            question.locator("input").first.check()
        page.context.set_offline(True)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("alert").get_by_text("does not answer").wait_for()
        for question in questions:
            question.locator("input").last.check()
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        person.wait_for("Clip 1 of 6")
        person.wrong = [what for what in person.wrong if "ERR_INTERNET_DISCONNECTED" not in what]
    answered = read_answers(answers_path(log))[1]["answers"]
    assert isinstance(answered, dict) and set(answered.values()) == {3}


def test_a_page_whose_server_began_anew_says_what_to_open(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    """With another secret: what the browser keeps opens nothing any more, and trying again does not help."""
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN), log) as link, visit(browser, link) as person:
        person.agree()
        person.wait_for("Clip 1 of 6")
        person.page.context.clear_cookies(name=f"valuespectrum-{urlsplit(link).port}")
        person.page.keyboard.press("s")
        person.page.get_by_role("alert").get_by_text("open the whole address").wait_for()
        person.wrong.clear()  # the refusal itself
    assert read_log(log).events == ()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_comment_share_save_and_follow_by_hand_and_by_keys(
    browser: Browser, catalogue: Catalogue, tmp_path: Path, size: tuple[int, int]
) -> None:
    log, acts = tmp_path / "log.jsonl", AFTER_WATCHING
    told = study(catalogue, replace(PLAIN, acts=acts), actions=further_acts(acts))
    with open_page(told, log) as link, visit(browser, link, size) as person:
        page = person.page
        person.agree()
        person.wait_for("Clip 1 of 6")
        group = page.get_by_role("group", name="What else you can do with this clip")
        boxes = [each.bounding_box() for each in group.get_by_role("button").all()]
        assert len(boxes) == 4 and all(box and min(box["width"], box["height"]) >= 44 for box in boxes)
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
        group.get_by_role("button", name="Share").click()
        group.get_by_role("button", name="Comment").click()
        written = page.get_by_label("What would you write under this clip?")
        written.fill("")
        page.keyboard.type("lsn <b>look</b> \u202e here")  # keys of the feed are letters here
        page.get_by_role("button", name="Keep").click()
        person.until("document.querySelectorAll('.acts [aria-pressed=true]').length === 2")
        page.reload()
        person.wait_for("Clip 1 of 6")
        assert group.get_by_role("button", name="Comment").get_attribute("aria-pressed") == "true"
        page.get_by_role("button", name="Next").click()
        person.wait_for("Clip 2 of 6")
        for key in "fbrr":
            page.keyboard.press(key)
        page.keyboard.press("c")
        page.get_by_role("button", name="Cancel").click()
        page.keyboard.press("j")
        person.wait_for("Clip 3 of 6")
        page.keyboard.press("s")
        person.wait_for("Clip 4 of 6")
        page.keyboard.press("r")
        page.keyboard.press("s")
        person.wait_for("Clip 5 of 6")
    events = read_log(log).events
    assert [event.further for event in events] == [("comment", "share"), ("save", "follow"), (), ("share",)]
    assert [event.comment for event in events] == ["lsn <b>look</b> here", None, None, None]
    assert [event.action for event in events[2:]] == ["skip", "watch"], "what was shared was not passed"


def test_a_page_without_further_acts_has_no_place_for_them(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_page(study(catalogue, PLAIN), tmp_path / "log.jsonl") as link, visit(browser, link) as person:
        person.agree()
        person.wait_for("Clip 1 of 6")
        person.page.keyboard.press("c")
        assert person.page.locator(".acts, textarea").count() == 0


def _axe() -> str:
    named = os.environ.get(AXE)
    places = [Path(named)] if named else [Path("node_modules/axe-core/axe.min.js")]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        pytest.skip(f"axe-core is not here (npm install axe-core, or name axe.min.js in {AXE})")
    return found.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_shuts_anybody_out(
    browser: Browser, catalogue: Catalogue, media: OpenMedia, tmp_path: Path, size: tuple[int, int]
) -> None:
    """No serious fault that axe-core knows of, on any page that a person sees."""
    axe, looked_at = _axe(), []
    opened = open_page(study(catalogue, steps=4), tmp_path / "log.jsonl", media)
    with opened as link, visit(browser, link, size, reduced_motion="reduce") as person:
        page = person.page

        def look(name: str) -> None:
            page.evaluate(axe)
            found = page.evaluate("axe.run().then((told) => told.violations)")
            serious = [each for each in found if each["impact"] in ("serious", "critical")]
            assert serious == [], f"{name}: {json.dumps(serious)[:2000]}"
            looked_at.append(name)

        page.get_by_role("heading", name="Before you begin").wait_for()
        look("consent")
        person.agree()
        _answer_all(page, "About you", look)
        person.wait_for("Clip 1 of 4")
        look("clip")
        page.get_by_role("button", name="Like").click()
        page.get_by_label("4 stars").check(force=True)
        page.get_by_role("button", name="Help").click()
        look("help")
        page.get_by_role("button", name="Close").click()
        for step in (1, 2, 3):
            person.wait_for(f"Clip {step} of 4")
            page.get_by_role("button", name="Next").click()
        _answer_all(page, "A short check", look)
        person.wait_for("Clip 4 of 4")
        page.get_by_role("button", name="Next").click()
        _answer_all(page, "About you", look)
        page.get_by_role("heading", name="Thank you").wait_for()
        look("end")
    assert looked_at == ["consent", "About you", "clip", "help", "A short check", "About you", "end"]


def _answer_all(page: Page, heading: str, look: Any) -> None:
    page.get_by_role("heading", name=heading).wait_for()
    look(heading)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("alert").get_by_text("no answer yet").wait_for()
    for question in page.locator("fieldset").all():
        question.locator("input").first.check()
    page.get_by_role("button", name="Go on").click()
