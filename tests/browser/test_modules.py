"""The scripts that hold logic, each by itself: in one page, without a server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, Error, Locator, Page, Route, expect

from chatserver.resources import folder
from tests.cases import cases, whole

SITE = "https://chat.example"
TEXTS = {
    "tooLong": "Too long: %(count)s of %(limit)s characters.",
    "counter": "%(count)s of %(limit)s characters",
    "tooBig": "Too big.",
}
PAGE = f"""<!doctype html><html lang="en"><title>Messages</title>
<link rel="icon" href="plain.svg" data-unread="unread.svg">
<body data-texts="{{}}"><main id="main"></main>
<script>
window.use = (name) => import(`/js/${{name}}.js`);
window.texts = {json.dumps(TEXTS)};
window.empty = () => {{ // for the next test
  window.ending?.abort();
  window.ending = new AbortController();
  window.signal = window.ending.signal;
  localStorage.clear();
  document.documentElement.lang = 'en';
  delete document.documentElement.dataset.zone;
  document.getElementById('main').replaceChildren();
}};
window.draw = (html) => {{ document.getElementById('main').innerHTML = html; }};
</script>"""
COMPOSER = """<form id="composer" data-limit="10000"><textarea name="message" id="message" rows="1"></textarea>
<button>Send</button><p id="composer-error"></p><p id="composer-counter"></p></form><input id="elsewhere">"""
WRITE = """
const { Composer } = await use('chat/composer');
const { Drafts } = await use('net/drafts');
window.sent = [];
window.composer = new Composer(document.forms.composer, texts, new Drafts(1), 7, signal);
composer.addEventListener('compose', ({ detail }) => sent.push(detail));
"""
OTHER_TAB = """(text) => new Promise((resolve) => {
  const tab = document.createElement('iframe');
  tab.src = '/elsewhere';
  tab.onload = () => {
    addEventListener('storage', resolve, { once: true });
    if (text === null) tab.contentWindow.localStorage.removeItem('chatserver.draft.1.7');
    else tab.contentWindow.localStorage.setItem('chatserver.draft.1.7', text);
  };
  document.getElementById('main').append(tab);
})"""


Zone = Callable[[str], Awaitable[None]]


@pytest.fixture(scope="module")
async def blank(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await context.route(f"{SITE}/**", serve)
    await page.goto(f"{SITE}/")
    yield page
    await context.close()
    assert troubles == []


async def serve(route: Route) -> None:
    """The page, and the scripts of this checkout."""
    path = route.request.url.removeprefix(SITE).partition("?")[0]
    if path.startswith("/js/"):
        await route.fulfill(path=folder("static") / path[1:], content_type="text/javascript")
    else:
        await route.fulfill(body=PAGE if path == "/" else "", content_type="text/html")


@pytest.fixture
async def page(blank: Page) -> Page:
    await blank.evaluate("empty()")
    return blank


@pytest.fixture(scope="module")
async def zone(blank: Page) -> Zone:
    """Moves the browser to a time zone."""
    devtools = await blank.context.new_cdp_session(blank)

    async def move(name: str) -> None:
        await devtools.send("Emulation.setTimezoneOverride", {"timezoneId": name})

    return move


async def run(page: Page, script: str, given: object = None) -> Any:
    return await page.evaluate(f"async (given) => {{ {script} }}", given)


# -- the same as in Python ----------------------------------------------------------------------------------------


async def test_links_are_found_as_by_the_server(page: Page) -> None:
    table = [(whole(case["text"]), [whole(link) for link in case["links"]]) for case in cases("links")]
    script = """const { findLinks } = await use('lib/links');
        return given.map((text) => findLinks(text).map(({ start, end }) => text.slice(start, end)));"""
    found = await run(page, script, [text for text, _ in table])
    assert list(zip([text for text, _ in table], found, strict=True)) == table


async def test_a_text_is_shown_as_text_with_links(page: Page) -> None:
    script = """const { showText } = await use('lib/links');
        draw('<p>before</p>');
        showText(document.querySelector('p'), given);
        return document.querySelector('p').innerHTML;"""
    assert await run(page, script, "<b> http://a.example/?b&c, http://d.example") == (
        '&lt;b&gt; <a href="http://a.example/?b&amp;c" rel="noopener noreferrer nofollow" target="_blank">'
        'http://a.example/?b&amp;c</a>, <a href="http://d.example" rel="noopener noreferrer nofollow" target="_blank">'
        "http://d.example</a>"
    )


async def test_texts_are_cleaned_and_counted_as_by_the_server(page: Page) -> None:
    table = [(whole(case["text"]), whole(case["clean"]), case["chars"]) for case in cases("texts")]
    script = """const { cleanText, countChars } = await use('lib/texts');
        return given.map((text) => [text, cleanText(text), countChars(cleanText(text))]);"""
    assert [tuple(each) for each in await run(page, script, [text for text, *_ in table])] == table


@pytest.mark.parametrize(("text", "limit", "longer"), [("😀" * 5, 5, False), ("😀" * 5, 4, True), ("x" * 5, 5, False)])
async def test_a_limit_counts_characters_as_the_server_does(page: Page, text: str, limit: int, longer: bool) -> None:
    script = "return (await use('lib/texts')).isLonger(...given);"
    assert await run(page, script, [text, limit]) is longer


async def test_the_beginning_of_a_text_cuts_no_character(page: Page) -> None:
    script = "return (await use('lib/texts')).firstChars(...given);"
    assert await run(page, script, ["x" + "😀" * 300, 200]) == "x" + "😀" * 199
    assert await run(page, script, ["short", 200]) == "short"


async def test_names_have_the_letters_and_colours_that_the_server_gives_them(page: Page) -> None:
    table = [(case["name"], case["initials"], case["hue"]) for case in cases("avatars")]
    script = """const { hue, initials } = await use('lib/avatars');
        return given.map((name) => [name, initials(name), hue(name)]);"""
    assert [tuple(each) for each in await run(page, script, [name for name, *_ in table])] == table


async def test_moments_are_told_as_by_the_server(page: Page, zone: Zone) -> None:
    shapes = ["clock", "full", "day", "list"]
    script = """const { case: { language, languages, moment, zone }, shapes, chosen } = given;
        document.documentElement.lang = language;
        Object.defineProperty(navigator, 'languages', { value: languages, configurable: true });
        const { showTime } = await import(`/js/lib/time.js?${JSON.stringify([language, languages, zone, chosen])}`);
        draw('<time></time>');
        const time = document.querySelector('time');
        return shapes.map((shape) => { showTime(time, moment, shape); return time.textContent; });"""
    for case, chosen in product(cases("times"), (False, True)):
        await zone("Pacific/Apia" if chosen else case["zone"])
        await page.evaluate(
            "(zone) => { document.documentElement.dataset.zone = zone; }", case["zone"] if chosen else ""
        )
        await page.clock.set_fixed_time(case["now"])
        given = {"case": case, "shapes": shapes, "chosen": chosen}
        assert await run(page, script, given) == [case[shape] for shape in shapes], given


async def test_a_chosen_zone_that_this_browser_does_not_know_counts_for_nothing(page: Page, zone: Zone) -> None:
    await zone("Europe/Berlin")
    script = """document.documentElement.dataset.zone = 'Mars/Olympus';
        Object.defineProperty(navigator, 'languages', { value: ['en-US'], configurable: true });
        const { full } = await import('/js/lib/time.js?mars');
        return full(new Date('2026-11-23T17:04:05Z'));"""
    assert await run(page, script) == "November\u00a023,\u00a02026, 6:04:05\u00a0PM"


# -- times --------------------------------------------------------------------------------------------------------


async def test_a_time_has_the_full_date_in_its_title_and_is_written_anew_the_next_day(page: Page, zone: Zone) -> None:
    await zone("Europe/Berlin")
    await page.clock.set_fixed_time("2026-11-23T20:00:00Z")
    script = """const { localiseTimes, showTime } = await use('lib/time');
        draw('<time></time><time id="other" datetime="2026-11-23T17:04:05Z"></time><time id="none">never</time>');
        showTime(document.querySelector('time'), '2026-11-23T17:04:05.123Z', 'day');
        window.localiseTimes = localiseTimes;"""
    await run(page, script)
    time = page.locator("time").first
    await expect(time).to_have_text("Today")
    await expect(time).to_have_attribute("title", "November\u00a023,\u00a02026, 6:04:05\u00a0PM")
    await expect(time).to_have_attribute("datetime", "2026-11-23T17:04:05.123Z")
    await page.clock.set_fixed_time("2026-11-23T23:00:00Z")
    await page.evaluate("localiseTimes()")
    await expect(time).to_have_text("Yesterday")
    await expect(page.locator("#other")).to_have_text("November\u00a023,\u00a02026, 6:04:05\u00a0PM")
    await expect(page.locator("#none")).to_have_text("never")


# -- drafts and the box -------------------------------------------------------------------------------------------


async def test_a_draft_is_kept_by_person_and_thread(page: Page) -> None:
    script = """const { Drafts } = await use('net/drafts');
        const drafts = new Drafts(1);
        drafts.put(7, 'half a');
        drafts.put(8, 'another');
        drafts.put(8, '');
        return [new Drafts(1).get(7), new Drafts(1).get(8), new Drafts(2).get(7), localStorage.length];"""
    assert await run(page, script) == ["half a", "", "", 1]


async def test_a_draft_is_kept_in_memory_where_the_browser_stores_nothing_more(page: Page) -> None:
    script = """const { Drafts } = await use('net/drafts');
        localStorage.setItem('chatserver.draft.1.7', 'old');
        const full = { getItem: (key) => localStorage.getItem(key), removeItem: (key) => localStorage.removeItem(key),
          setItem() { throw new DOMException('', 'QuotaExceededError'); } };
        return [full, null].flatMap((storage) => {
          const drafts = new Drafts(1, storage);
          drafts.put(7, 'half a');
          const kept = drafts.get(7);
          drafts.put(7, '');
          return [kept, drafts.get(7)];
        });"""
    assert await run(page, script) == ["half a", "", "half a", ""]


async def test_who_signs_out_leaves_no_drafts_and_others_keep_theirs(page: Page) -> None:
    script = """const { Drafts } = await use('net/drafts');
        new Drafts(11).put(7, 'of somebody else');
        const drafts = new Drafts(1);
        drafts.put(7, 'half a');
        drafts.clear();
        drafts.put(7, 'as the page goes');
        return JSON.stringify(localStorage);"""
    assert await run(page, script) == '{"chatserver.draft.11.7":"of somebody else"}'


async def test_a_chat_that_was_left_hears_of_no_drafts(page: Page) -> None:
    script = """const { Drafts } = await use('net/drafts');
        window.heard = [];
        const left = new AbortController();
        new Drafts(1).watch(7, (text) => heard.push(`left ${text}`), left.signal);
        new Drafts(1).watch(8, (text) => heard.push(`other ${text}`), signal);
        new Drafts(1).watch(7, (text) => heard.push(text), signal);
        left.abort();"""
    await run(page, script)
    await page.evaluate(OTHER_TAB, "from the other tab")
    await page.evaluate(OTHER_TAB, None)
    assert await page.evaluate("heard") == ["from the other tab", ""]


@pytest.fixture
async def box(page: Page) -> Locator:
    """Where Ana writes."""
    await page.evaluate("(html) => draw(html)", COMPOSER)
    await run(page, WRITE)
    return page.locator("#message")


async def test_what_ana_typed_is_there_when_she_comes_back(page: Page, box: Locator) -> None:
    await box.press_sequentially("half a")
    await page.evaluate("ending.abort()")  # she opens another chat at once
    await page.evaluate("(html) => { ending = new AbortController(); signal = ending.signal; draw(html); }", COMPOSER)
    await run(page, WRITE)
    await expect(box).to_have_value("half a")


async def test_what_a_refused_form_brought_back_is_a_draft(page: Page) -> None:
    refused = COMPOSER.replace("</textarea>", "not accepted</textarea>")
    await page.evaluate("(html) => { localStorage.setItem('chatserver.draft.1.7', 'old'); draw(html); }", refused)
    await run(page, WRITE)
    await expect(page.locator("#message")).to_have_value("not accepted")
    assert await page.evaluate("localStorage['chatserver.draft.1.7']") == "not accepted"


async def test_a_draft_is_kept_when_the_fingers_rest_and_gone_when_it_is_sent(page: Page, box: Locator) -> None:
    await box.press_sequentially("Hello")
    await page.wait_for_function("localStorage['chatserver.draft.1.7'] === 'Hello'")
    await box.press("Enter")
    await expect(box).to_have_value("")
    assert await page.evaluate("[sent, localStorage.length]") == [["Hello"], 0]


async def test_the_box_follows_another_tab_unless_one_writes_in_it(page: Page, box: Locator) -> None:
    await page.locator("#elsewhere").focus()
    await page.evaluate(OTHER_TAB, "from the other tab")
    await expect(box).to_have_value("from the other tab")
    await page.evaluate(OTHER_TAB, None)  # sent there
    await expect(box).to_have_value("")
    await box.fill("mine")
    await page.evaluate(OTHER_TAB, "theirs")
    await expect(box).to_have_value("mine")


FINGERS = """
const pointer = Object.assign(new EventTarget(), { matches: false });
const { matchMedia } = window;
window.matchMedia = (query) => (query === '(any-pointer: fine)' ? pointer : matchMedia(query));
const { Composer } = await import('/js/chat/composer.js?fingers');
window.matchMedia = matchMedia;
window.plugIn = () => { pointer.matches = true; pointer.dispatchEvent(new Event('change')); };
"""


async def test_under_a_thumb_enter_makes_a_line_until_a_mouse_or_a_keyboard_with_one_is_there(page: Page) -> None:
    await page.evaluate("(html) => draw(html)", COMPOSER)
    await run(page, FINGERS + WRITE.replace("const { Composer } = await use('chat/composer');", ""))
    box = page.locator("#message")
    await expect(box).to_have_attribute("enterkeyhint", "enter")
    await box.press_sequentially("one")
    await box.press("Enter")
    await box.press_sequentially("two")
    await expect(box).to_have_value("one\ntwo")
    await box.press("Meta+Enter")
    await box.press_sequentially("three")
    await box.press("Control+Enter")
    await page.evaluate("plugIn()")
    await expect(box).to_have_attribute("enterkeyhint", "send")
    await box.press_sequentially("four")
    await box.press("Enter")
    assert await page.evaluate("sent") == ["one\ntwo", "three", "four"]


async def test_near_the_limit_the_characters_are_counted(page: Page, box: Locator) -> None:
    counter, error = page.locator("#composer-counter"), page.locator("#composer-error")
    await box.fill("😀" * 9_700)
    await expect(counter).to_have_text("9,700 of 10,000 characters")
    await box.fill("x" * 8_999)
    await expect(counter).to_be_empty()
    await box.fill("x" * 10_001)
    await expect(error).to_have_text("Too long: 10,001 of 10,000 characters.")
    await expect(counter).to_be_empty()
    await box.press("Enter")
    await box.fill("x" * 10_000)
    await expect(error).to_be_empty()
    await expect(counter).to_have_text("10,000 of 10,000 characters")
    await box.press("Enter")
    await expect(counter).to_be_empty()
    assert await page.evaluate("sent.map(({ length }) => length)") == [10_000]


async def test_what_nobody_could_see_is_not_sent_and_lines_are_lines(page: Page, box: Locator) -> None:
    for typed in ("\u200b", "\u2800 \ufeff", "\u3164"):
        await box.fill(typed)
        await box.press("Enter")
        await expect(box).to_have_value(typed)
    await box.fill("one\u2028two\u0085three")
    await box.press("Enter")
    assert await page.evaluate("sent") == ["one\ntwo\nthree"]


async def test_the_numbers_of_a_text_that_is_too_long_are_written_as_the_reader_writes_them(page: Page) -> None:
    await page.evaluate("document.documentElement.lang = 'ru'")
    await page.evaluate("(html) => draw(html)", COMPOSER)
    await run(page, WRITE.replace("use('chat/composer')", "use('chat/composer.js?ru')"))
    await page.locator("#message").fill("x" * 10_050)
    await expect(page.locator("#composer-error")).to_have_text("Too long: 10\u00a0050 of 10\u00a0000 characters.")


async def test_a_paste_of_200_lines_stays_whole(page: Page, box: Locator) -> None:
    lines = "\n".join(f"line {number}" for number in range(200))
    await page.evaluate("(lines) => navigator.clipboard.writeText(lines)", lines)
    await box.press("Control+V")
    await expect(box).to_have_value(lines)
    await box.press("Enter")
    assert await page.evaluate("sent") == [lines]


# -- the tab of the browser ---------------------------------------------------------------------------------------


async def test_what_is_unread_stands_before_the_title_and_on_the_icon(page: Page) -> None:
    icon = page.locator("link[rel=icon]")
    await run(page, "window.badge = await use('list/unread_badge'); badge.setTitle('Ben'); badge.showUnread(3);")
    await expect(page).to_have_title("(3) Ben")
    await expect(icon).to_have_attribute("href", "unread.svg")
    await page.evaluate("badge.setTitle('(1) Cleo')")
    await expect(page).to_have_title("(3) (1) Cleo")
    await page.evaluate("document.title = 'Dan'; badge.showUnread(4)")
    await expect(page).to_have_title("(4) Dan")
    await page.evaluate("badge.showUnread(0)")
    await expect(page).to_have_title("Dan")
    await expect(icon).to_have_attribute("href", "plain.svg")


# -- copying ------------------------------------------------------------------------------------------------------

MESSAGE = """<li class="message">
<p><bdi class="message-sender">%s</bdi> <time hidden datetime="2026-11-23T17:04:05Z">x</time></p>
<p class="message-text" style="white-space: pre-wrap">%s</p></li>"""
SELECT = """([first, start, last, end]) => {
  const texts = document.querySelectorAll('.message-text');
  getSelection().setBaseAndExtent(texts[first].firstChild, start, texts[last].firstChild, end);
}"""


@pytest.fixture
async def copied(page: Page, zone: Zone) -> Callable[[int, int, int, int], Awaitable[str]]:
    """What one pastes after copying from a character of one message to a character of another."""
    await zone("Europe/Berlin")
    messages = MESSAGE % ("Ana", "Hello\nBen") + MESSAGE % ("Ben", "see <a>http://b</a>") + MESSAGE % ("Ana", "Bye")
    await page.evaluate("(html) => draw(html)", f"<ol>{messages}</ol><textarea></textarea>")
    await run(page, "(await use('chat/copying')).copyReadably(document.querySelector('ol'), signal);")

    async def copy(*ends: int) -> str:
        await page.evaluate(SELECT, ends)
        await page.keyboard.press("Control+C")
        await page.locator("textarea").fill("")
        await page.locator("textarea").press("Control+V")
        return await page.locator("textarea").input_value()

    return copy


async def test_several_messages_are_copied_with_names_and_times(copied: Callable[..., Awaitable[str]]) -> None:
    stamp = "[11/23/2026, 6:04\u00a0PM]"
    assert await copied(0, 6, 2, 2) == f"{stamp} Ana: Ben\n{stamp} Ben: see http://b\n{stamp} Ana: By"


async def test_a_part_of_one_message_is_copied_as_it_is(copied: Callable[..., Awaitable[str]]) -> None:
    assert await copied(0, 1, 0, 9) == "ello\nBen"
    assert (await copied(0, 0, 1, 0)).startswith("Hello\nBen")  # as a triple click selects


# -- shortcuts ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def shortcuts(page: Page) -> Page:
    dialog = '<dialog id="shortcuts"><input id="single-keys" type="checkbox"><button>Close</button></dialog>'
    await page.evaluate("(html) => draw(html)", f"{dialog}<input id='field'><button id='button'>x</button>")
    script = """const { Shortcuts } = await use('shell/shortcuts');
        window.pressed = [];
        const shortcuts = new Shortcuts(document.getElementById('shortcuts'), signal);
        for (const type of ['previous', 'next', 'new']) shortcuts.addEventListener(type, () => pressed.push(type));"""
    await run(page, script)
    await page.locator("#button").focus()
    return page


async def test_alt_and_a_key_lead_to_other_conversations_from_everywhere(shortcuts: Page) -> None:
    await shortcuts.keyboard.press("Alt+ArrowUp")
    await shortcuts.locator("#field").press("Alt+ArrowDown")
    await shortcuts.locator("#field").press("Alt+n")
    await shortcuts.locator("#field").press("ArrowDown")
    await shortcuts.locator("#field").press("n")
    assert await shortcuts.evaluate("pressed") == ["previous", "next", "new"]


async def test_letters_are_known_in_other_layouts(shortcuts: Page) -> None:
    script = """for (const [key, code] of given) {
          const event = new KeyboardEvent('keydown', { key, code, altKey: true, bubbles: true, cancelable: true });
          document.body.dispatchEvent(event);
        }
        return pressed;"""
    russian, dvorak, dvoraks_b = ["т", "KeyN"], ["n", "KeyL"], ["b", "KeyN"]
    assert await run(shortcuts, script, [russian]) == ["new"]
    assert await run(shortcuts, script, [dvorak, dvoraks_b]) == ["new", "new"]


async def test_a_question_mark_shows_the_list_except_while_one_types(shortcuts: Page) -> None:
    dialog = shortcuts.locator("#shortcuts")
    await shortcuts.locator("#field").press("?")
    await expect(shortcuts.locator("#field")).to_have_value("?")
    await expect(dialog).to_be_hidden()
    await shortcuts.locator("#button").press("?")
    await expect(dialog).to_be_visible()
    await shortcuts.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(shortcuts.locator("#button")).to_be_focused()


async def test_the_question_mark_can_be_turned_off_for_good(shortcuts: Page) -> None:
    await shortcuts.keyboard.press("?")
    await expect(shortcuts.locator("#single-keys")).to_be_checked()
    await shortcuts.locator("#single-keys").uncheck()
    await shortcuts.keyboard.press("Escape")
    await shortcuts.keyboard.press("?")
    await shortcuts.keyboard.press("Alt+n")  # goes on
    await expect(shortcuts.locator("#shortcuts")).to_be_hidden()
    assert await shortcuts.evaluate("[pressed, localStorage['chatserver.single-keys']]") == [["new"], "off"]


# -- completion ---------------------------------------------------------------------------------------------------


@dataclass
class Directory:
    """The server's answers; one that is `held` comes when it is set free."""

    asked: list[str] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    status: int = 200

    async def answer(self, route: Route) -> None:
        name = unquote(route.request.url.partition("?name=")[2])
        self.asked.append(name)
        if name in self.held:
            await self.held[name].wait()
        with contextlib.suppress(Error):  # the page no longer waits
            await route.fulfill(status=self.status, json={"people": [f"{name}-1", f"{name}-2"]})


@pytest.fixture
async def directory(page: Page) -> AsyncIterator[Directory]:
    directory = Directory()
    await page.route(f"{SITE}/messages/people?*", directory.answer)
    await page.evaluate("""draw('<input id="to"><div><ul id="people"></ul></div>')""")
    script = "completeName(document.getElementById('to'), document.getElementById('people'), signal);"
    await run(page, f"const {{ completeName }} = await use('list/completion'); {script}")
    yield directory
    await page.unroute(f"{SITE}/messages/people?*")


async def sees_offered(page: Page, *names: str) -> None:
    script = "(names) => Array.from(document.querySelectorAll('#people bdi'), (b) => b.textContent).join() === names"
    await page.wait_for_function(script, arg=",".join(names))


async def test_names_are_offered_as_ana_types_and_what_is_chosen_is_not_asked_for(
    page: Page, directory: Directory
) -> None:
    await page.locator("#to").press_sequentially("б&e")
    await sees_offered(page, "б&e-1", "б&e-2")
    await page.locator("#to").fill("б&e-2")
    await page.locator("#to").fill("  ")
    await page.locator("#to").fill("Cleo")
    await sees_offered(page, "Cleo-1", "Cleo-2")
    assert directory.asked == ["б&e", "Cleo"]


async def test_an_answer_that_comes_late_does_not_replace_a_later_one(page: Page, directory: Directory) -> None:
    directory.held["a"] = asyncio.Event()
    async with page.expect_request("**/people?name=a"):
        await page.locator("#to").fill("a")
    await page.locator("#to").fill("an")
    await sees_offered(page, "an-1", "an-2")
    directory.held["a"].set()
    await page.locator("#to").fill("ana")
    await sees_offered(page, "ana-1", "ana-2")


async def test_a_refusal_leaves_what_is_offered(page: Page, directory: Directory) -> None:
    await page.locator("#to").fill("a")
    await sees_offered(page, "a-1", "a-2")
    directory.status = 429
    async with page.expect_request_finished(lambda request: "name=an" in request.url):
        await page.locator("#to").fill("an")
    await sees_offered(page, "a-1", "a-2")


# -- coming back -------------------------------------------------------------------------------------------------


async def test_who_was_cut_off_waits_a_random_part_of_a_limit_that_doubles(page: Page) -> None:
    script = """const { backOff } = await use('net/back_off');
        const { random } = Math;
        signal.addEventListener('abort', () => { Math.random = random; });
        return given.map(([attempt, chance]) => { Math.random = () => chance; return backOff(attempt); });"""
    limits = {0: 500, 3: 4000, 20: 30_000, 2000: 30_000}  # milliseconds
    given = list(product(limits, (0, 0.5, 0.999)))
    assert await run(page, script, given) == pytest.approx([chance * limits[attempt] for attempt, chance in given])


# -- order --------------------------------------------------------------------------------------------------------


async def test_a_timeline_knows_what_is_missing_and_what_comes_twice(page: Page) -> None:
    script = """const { Timeline } = await use('chat/timeline');
        const timeline = new Timeline(3);
        return [3, 4, 6, 6, 7, 5, 5, 1].map((seq) => [seq, timeline.add(seq), timeline.contiguous]);"""
    assert await run(page, script) == [
        [3, False, 3],
        [4, True, 4],
        [6, True, 4],
        [6, False, 4],
        [7, True, 4],
        [5, True, 7],
        [5, False, 7],
        [1, False, 7],
    ]


async def test_what_waits_is_kept_by_person_in_the_order_it_was_written(page: Page) -> None:
    script = """const { OutboxStore } = await use('net/outbox_store');
        const entry = (id, order) => ({ id, thread: 7, text: id, order, state: 'waiting' });
        const store = new OutboxStore(1);
        [['c', 3], ['b', 2], ['a', 2], ['d', 1]].forEach(([id, order]) => store.put(entry(id, order)));
        new OutboxStore(2).put(entry('x', 0));
        localStorage.setItem('chatserver.outbox.1.broken', '{');
        store.remove('d');
        return [new OutboxStore(1).all().map(({ id }) => id), store.isVolatile];"""
    assert await run(page, script) == [["a", "b", "c"], False]


async def test_what_cannot_be_stored_waits_in_memory_and_in_order(page: Page) -> None:
    script = """const { OutboxStore } = await use('net/outbox_store');
        const entry = (id, order) => ({ id, thread: 7, text: id, order, state: 'waiting' });
        const full = Object.assign(Object.create({ getItem: (key) => full[key], setItem() { throw new Error('full'); },
          removeItem: (key) => delete full[key] }), { 'chatserver.outbox.1.b': JSON.stringify(entry('b', 2)) });
        const store = new OutboxStore(1, full);
        store.put(entry('c', 3));
        store.put(entry('a', 1));
        const kept = store.all().map(({ id }) => id);
        ['a', 'b', 'c'].forEach((id) => store.remove(id));
        return [kept, store.all().length, store.isVolatile];"""
    assert await run(page, script) == [["a", "b", "c"], 0, False]


OUTBOX = """
const { Outbox } = await use('net/outbox');
const { OutboxStore } = await use('net/outbox_store');
class Server extends EventTarget { // as a socket shows it
  live = true;
  got = [];
  send({ id, text }) { if (this.live) this.got.push([id, text]); return this.live; }
  tell(type, detail = {}) { this.dispatchEvent(new CustomEvent(type, { detail })); }
  store() { this.tell('sent', { thread: 7, id: this.got.at(-1)[0], seq: this.got.length, at: '' }); }
  refuse(code, wait = 0) {
    this.tell('error', { id: this.got.at(-1)[0], thread: 7, code, message: code, retry_after: wait });
  }
  probe() {}
  connect(live) { this.live = live; this.tell('statechange'); }
  has(count) { return new Promise((resolve) => { // received
    const look = () => (this.got.length < count ? setTimeout(look) : resolve(this.got.map(([, text]) => text)));
    look();
  }); }
}
const server = new Server();
signal.addEventListener('abort', () => server.connect(false));
Math.random = () => 0; // no waits
const outbox = new Outbox({ id: 1, name: 'Ana' }, server, new OutboxStore(1), texts);
const told = [];
for (const type of ['added', 'settled', 'refused', 'discarded']) {
  outbox.addEventListener(type, ({ detail }) => told.push(`${type} ${detail.text}`));
}
"""


async def test_messages_go_one_after_the_other(page: Page) -> None:
    script = """outbox.add(7, 'one'); outbox.add(7, 'two'); outbox.add(8, 'three');
        const first = await server.has(1);
        server.store();
        const second = await server.has(2);
        server.store();
        const third = await server.has(3);
        server.store();
        return [first, second, third, told.slice(3), localStorage.length];"""
    settled = ["settled one", "settled two", "settled three"]
    assert await run(page, OUTBOX + script) == [["one"], ["one", "two"], ["one", "two", "three"], settled, 0]


async def test_after_a_disconnection_the_same_goes_first_under_its_id(page: Page) -> None:
    script = """outbox.add(7, 'one'); outbox.add(7, 'two');
        await server.has(1);
        server.connect(false);
        server.connect(true);
        await server.has(2);
        server.store();
        return [await server.has(3), server.got[0][0] === server.got[1][0]];"""
    assert await run(page, OUTBOX + script) == [["one", "one", "two"], True]


async def test_what_may_be_stored_goes_again_before_the_next(page: Page) -> None:
    script = """outbox.add(7, 'one'); outbox.add(7, 'two');
        await server.has(1);
        server.refuse('unavailable');
        await server.has(2);
        server.store();
        return [await server.has(3), server.got[0][0] === server.got[1][0]];"""
    assert await run(page, OUTBOX + script) == [["one", "one", "two"], True]


async def test_what_was_too_many_goes_again_after_the_time_asked_for_and_before_the_next(page: Page) -> None:
    script = """const waits = [];
        const { setTimeout: wait } = window;
        window.setTimeout = (then, ms) => { waits.push(ms); return wait(then, ms); };
        signal.addEventListener('abort', () => { window.setTimeout = wait; });
        Math.random = () => 1; // the longest waits
        outbox.add(7, 'one'); outbox.add(7, 'two');
        for (const count of [1, 2, 3, 4]) { await server.has(count); server.refuse('too_many', 0.07); }
        await server.has(5);
        server.store();
        const ids = new Set((await server.has(6), server.got.map(([id]) => id)));
        return [await server.has(6), ids.size, waits.filter((ms) => ms === 70).length];"""
    assert await run(page, OUTBOX + script) == [["one"] * 5 + ["two"], 2, 4]


async def test_who_writes_on_while_told_to_wait_asks_once_when_the_time_is_over(page: Page) -> None:
    script = """const waiting = [];
        const { setTimeout: wait } = window;
        window.setTimeout = (then, ms) => (ms === 70 ? waiting.push(then) : wait(then, ms));
        signal.addEventListener('abort', () => { window.setTimeout = wait; });
        const turns = async () => { for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => wait(done)); };
        outbox.add(7, 'one');
        await server.has(1);
        server.refuse('too_many', 0.07);
        for (const text of ['two', 'three', 'four']) { await turns(); outbox.add(7, text); }
        await turns();
        const meanwhile = [server.got.length, waiting.length];
        waiting.shift()();
        for (const count of [2, 3, 4, 5]) { await server.has(count); server.store(); }
        return [meanwhile, await server.has(5), waiting.length];"""
    assert await run(page, OUTBOX + script) == [[1, 1], ["one", "one", "two", "three", "four"], 0]


async def test_a_refused_message_stays_behind_and_goes_again_as_a_new_one(page: Page) -> None:
    script = """outbox.add(7, 'one'); outbox.add(7, 'two');
        await server.has(1);
        const [[id]] = server.got;
        server.refuse('too_long');
        await server.has(2);
        server.store();
        const behind = outbox.entries(7).map(({ text, state, reason }) => [text, state, reason]);
        outbox.tryAgain(id);
        await server.has(3);
        return [behind, server.got.at(-1)[1], server.got.at(-1)[0] === id, told.slice(2)];"""
    assert await run(page, OUTBOX + script) == [
        [["one", "refused", "too_long"]],
        "one",
        False,
        ["refused one", "settled two", "discarded one", "added one"],
    ]


async def test_ones_own_message_settles_as_well_as_its_acknowledgement(page: Page) -> None:
    script = """outbox.add(7, 'one');
        await server.has(1);
        const message = { thread: 7, id: server.got[0][0], seq: 1, text: 'one', at: '', sender: { id: 1 } };
        server.tell('message', { ...message, sender: { id: 2 } });
        const before = outbox.entries(7).length;
        server.tell('message', message);
        server.store();
        return [before, outbox.entries(7).length, told];"""
    assert await run(page, OUTBOX + script) == [1, 0, ["added one", "settled one"]]
