"""Pauses of an import, which an interrupt ends."""

from collections.abc import Callable
from threading import Event


def pause_of(stopping: Event) -> Callable[[float], bool]:
    """A function that waits for so many seconds, and returns whether the import is to go on."""
    return lambda seconds: not stopping.wait(seconds)
