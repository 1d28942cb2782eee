"""What every page tells the browser to refuse (OWASP ASVS 5, chapter 3.4)."""

from typing import Final

from fastapi import Response

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        # The style sheet draws its arrows and ticks in data URLs.
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content Security Policy, level 3: a page loads what this server serves, and nothing inline."""


def protect(response: Response) -> None:
    """A page is framed, kept and told to nobody."""
    headers = response.headers
    headers["Content-Security-Policy"] = POLICY
    # Not `no-referrer`: browsers would then send forms with the origin `null`.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers.setdefault("Cache-Control", "no-store")
