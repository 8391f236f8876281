"""Ports of the loopback: one that is named, or the first that is free."""

from __future__ import annotations

import os
import socket

TRIED_PORTS = 20


def listen_on(port: int) -> socket.socket:
    """Listen on a port; 0 is any.

    Raises:
        OSError: Somebody else does.
    """
    listener = socket.socket()
    if os.name == "posix":  # what ended a moment ago is not in the way
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()  # two may be bound to one port at once, but only one can listen
    except OSError:
        listener.close()
        raise
    return listener


def listen_near(near: int) -> socket.socket:
    """Listen on the first free port from ``near`` on, or on any where many are taken."""
    for port in range(near, min(near + TRIED_PORTS, 65_536)):
        try:
            return listen_on(port)
        except OSError:
            continue
    return listen_on(0)
