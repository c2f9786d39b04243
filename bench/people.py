"""The texts that people write and the headers of their browsers: several sizes, scripts, languages and zones."""

import math
import random
from typing import NamedTuple
from urllib.parse import quote

from chatserver.web.cookies import choice_name

TEXTS = 500
# Characters of the words alone. With their additions half of the messages are shorter than 35 characters, one in ten is
# longer than 110, one in fifty longer than 280; the mean is 54. These numbers were chosen, not measured.
MEDIAN, SPREAD, LONGEST = 28, 1.0, 2000
ENGLISH = (
    "the and you for that was with this have are not but what all were when there can said how each which "
    "do will about if up out many then them would like so these her long make see him two has look more "
    "day could come did tomorrow evening thanks ok sure maybe later bring coffee train late call meeting"
)
RUSSIAN = (
    "и в не на что я с он как это по но они мы все она так его только за то же бы было уже ты если нет "
    "когда даже ну вдруг ли можно завтра вечером спасибо хорошо давай потом конечно приеду поезд кофе "
    "позвони встреча"
)
EXTRAS = ("", "", "", "", "", "", " 👍", " 😂😂", "\n", " https://example.org/photos/2026?album=17")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


class Reader(NamedTuple):
    """A user's browser: its languages, its zone, and the user's choices."""

    languages: str
    timezone: str
    theme: str = ""
    language: str = ""


READERS = (
    Reader("en-US,en;q=0.9", "America/New_York"),
    Reader("en-GB,en;q=0.9", "Europe/London", theme="dark"),
    Reader("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "Europe/Moscow"),
    Reader("ru,en;q=0.9", "Asia/Yekaterinburg", theme="dark", language="ru"),
    Reader("de-DE,de;q=0.9,en;q=0.8", "Europe/Berlin", language="en"),
    Reader("en-IN,en;q=0.9,hi;q=0.8", "Asia/Kolkata"),
)


def texts() -> list[str]:
    """Returns messages as people write them; the same in every run."""
    chance = random.Random(3)
    return [_text(chance) for _ in range(TEXTS)]


def _text(chance: random.Random) -> str:
    words = chance.choice((ENGLISH, RUSSIAN)).split()
    length = min(LONGEST, chance.lognormvariate(math.log(MEDIAN), SPREAD))
    text = chance.choice(words).capitalize()
    while len(text) < length:
        text += " " + chance.choice(words)
    extra = chance.choice(EXTRAS)
    return f"{text}\n{chance.choice(words)}" if extra == "\n" else text + extra


def browser_headers(cookie: str, number: int) -> dict[str, str]:
    """Returns the headers of the browser of one of many users; always the same for the same user."""
    reader = READERS[number % len(READERS)]
    choices = {"timezone": quote(reader.timezone, safe=""), "theme": reader.theme, "language": reader.language}
    kept = [cookie] + [f"{choice_name(choice)}={value}" for choice, value in choices.items() if value]
    return {
        "User-Agent": AGENT,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Accept-Language": reader.languages,
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Site": "same-origin",
        "Cookie": "; ".join(kept),
    }
