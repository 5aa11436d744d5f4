"""seedlint: finds dropout that cannot be repeated."""

__version__ = "0.1.0"
