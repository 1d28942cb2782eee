"""What every page tells the browser to refuse (OWASP ASVS 5, chapter 3.4)."""

from collections.abc import Iterable

from fastapi import Request, Response

from app.web.visits import is_https

HSTS = "max-age=31536000"


def protect(request: Request, response: Response) -> None:
    """A page may load what this server serves, and nothing inline; it is framed, kept and told to nobody."""
    headers = response.headers
    headers["Content-Security-Policy"] = _policy(getattr(request.app.state, "form_origins", ()))
    # Not `no-referrer`: browsers would then send forms with the origin `null`.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers.setdefault("Cache-Control", "no-store")
    if is_https(request):
        headers["Strict-Transport-Security"] = HSTS


def _policy(form_origins: Iterable[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "font-src 'self'",
            # The style sheet draws its arrows and ticks in data URLs.
            "img-src 'self' data:",
            # A form's redirect counts: an identity provider to sign in or out at is named here.
            " ".join(("form-action 'self'", *form_origins)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
