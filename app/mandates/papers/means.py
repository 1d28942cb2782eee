"""What the operator gives to seal with: the settings of this process, said once when it starts."""

from app.settings import Settings, get_settings

_settings: Settings | None = None


def use(settings: Settings) -> None:
    """From here on, files are sealed and addressed as `settings` say."""
    global _settings  # noqa: PLW0603 one process, one set of settings
    _settings = settings


def settings() -> Settings:
    """Those given to `use`, else the environment's."""
    return _settings or get_settings()


def roots_of(slug: str) -> list[bytes]:
    """The certificates (DER) at the top of those that an authority trusts. Raises `OSError`, `ValueError`."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    file = settings().signature_roots.get(slug)
    if file is None:
        return []
    return [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(file.read_bytes())]
