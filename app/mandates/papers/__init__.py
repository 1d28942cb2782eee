"""The mandate on paper: the text to sign, the sealed file with its evidence, and what any such file proves."""

from app.mandates.papers.closing import seal

__all__ = ["seal"]
