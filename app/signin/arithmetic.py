"""What can be said of a browser, by the name it gives itself."""

import re

# In order: most browsers also name those that they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str | None) -> str | None:
    """`Firefox, Windows`; None where the header (RFC 9110, 10.1.5) says nothing that we know."""
    said = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}\w*/", said)), None)
    system = next((name for mark, name in _SYSTEMS if mark in said), None)
    return ", ".join(name for name in (browser, system) if name) or None
