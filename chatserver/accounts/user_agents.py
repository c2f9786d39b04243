"""What a browser calls itself, in words that its person knows it by: "Chromium on Linux".

Replaces ua-parser, whose thousand expressions take tens of megabytes of memory: here the name is only read by people.
"""

from collections.abc import Mapping

# The first that stands in the header counts: most browsers name others, too.
BRANDS = {"Microsoft Edge": "Edge", "Opera": "Opera", "Google Chrome": "Chrome", "Chromium": "Chromium"}
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "YaBrowser/": "Yandex Browser",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chromium/": "Chromium",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_of(headers: Mapping[str, str]) -> str:
    """The name and the system that a request's headers tell of, '' for neither. Forged ones harm nobody."""
    agent, brands = headers.get("User-Agent", ""), headers.get("Sec-CH-UA", "")
    name = _first(BRANDS, brands) or _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    return f"{name} on {system}" if name and system else name or system


def _first(names: Mapping[str, str], header: str) -> str:
    return next((name for sign, name in names.items() if sign in header), "")
