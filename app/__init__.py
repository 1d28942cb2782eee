"""Essaim: an agent-led intrapreneurship programme for a local authority."""

__version__ = "0.2.0"
