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
