"""Single keys from the terminal, where there is one."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def has_terminal() -> bool:
    """Whether somebody can press keys here."""
    return all(each is not None and each.isatty() for each in (sys.stdin, sys.stdout))


@contextmanager
def pressed(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call back, on the event loop, for each key that is pressed until the block ends."""
    if not has_terminal():
        yield
    elif sys.platform == "win32":
        with _pressed_on_windows(on_key):
            yield
    else:
        with _pressed_on_posix(on_key):
            yield


@contextmanager
def _pressed_on_posix(on_key: Callable[[str], None]) -> Iterator[None]:
    import os
    import termios

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    single = termios.tcgetattr(keyboard)
    single[3] &= ~(termios.ICANON | termios.ECHO)  # Ctrl-C stays what it is
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            if os.getpgrp() != os.tcgetpgrp(keyboard):  # it runs in the background
                return
            keys = os.read(keyboard, 64)
        except OSError:
            keys = b""
        if not keys:  # the terminal is gone
            loop.remove_reader(keyboard)
        for key in keys.decode(errors="ignore"):
            on_key(key)

    termios.tcsetattr(keyboard, termios.TCSADRAIN, single)
    loop.add_reader(keyboard, read)
    try:
        yield
    finally:
        loop.remove_reader(keyboard)
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def _pressed_on_windows(on_key: Callable[[str], None]) -> Iterator[None]:
    import time
    from importlib import import_module

    console = import_module("msvcrt")
    loop, is_over = asyncio.get_running_loop(), threading.Event()

    def read() -> None:
        while not is_over.is_set():
            if console.kbhit():
                loop.call_soon_threadsafe(on_key, console.getwch())
            time.sleep(0.05)

    threading.Thread(target=read, daemon=True).start()
    try:
        yield
    finally:
        is_over.set()
