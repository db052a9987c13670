"""The microkernel of Smalt."""

__version__ = "0.1.0"
