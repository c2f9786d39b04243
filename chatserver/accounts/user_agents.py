"""Names a browser so that its user recognizes it: "Chromium on Linux".

Replaces ua-parser, whose thousand expressions take tens of megabytes of memory: here only people read the name.
"""

from collections.abc import Mapping

# The first entry found in the header wins: most browsers name others as well.
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
    """Returns browser and system from a request's headers, '' if neither is known. Forged headers do no harm."""
    agent, brands = headers.get("User-Agent", ""), headers.get("Sec-CH-UA", "")
    name = _first(BRANDS, brands) or _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    return f"{name} on {system}" if name and system else name or system


def _first(names: Mapping[str, str], header: str) -> str:
    return next((name for sign, name in names.items() if sign in header), "")
