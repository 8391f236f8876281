"""What must hold of what the clients wrote down, whatever had happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from listeners import Listener, Target

PAIRS = 300  # of clients whose orders are compared


@dataclass(frozen=True)
class Published:
    """What one publisher sent.

    Attributes:
        targets: For whom its messages were, by number.
        certain: Those that must have arrived; the others may have.
    """

    name: str
    targets: Sequence[Target]
    certain: frozenset[int]


def check(
    listeners: Sequence[Listener], published: Sequence[Published], random: Random
) -> Iterator[str]:
    stayed = [each for each in listeners if each.stays]
    for listener in stayed:
        for each in published:
            yield from (f"{listener}: {fault}" for fault in _check(listener, each))
    for _ in range(PAIRS if len(stayed) > 1 else 0):
        one, two = random.sample(stayed, 2)
        yield from _check_pair(one, two)


def _check(listener: Listener, published: Published) -> Iterator[str]:
    """What one client got of one publisher."""
    name, targets = published.name, published.targets
    marked = set(_marked(listener, name, len(targets)))
    heard = [entry[1] for entry in listener.log if entry and entry[0] == name]
    meant = {n for n, target in enumerate(targets) if listener.is_meant(target)}
    if len(set(heard)) != len(heard):
        yield f"got {_repeated(heard)} of {name} twice"
    certain = [n for n in heard if n in published.certain]
    if certain != sorted(certain):
        yield f"got messages of {name} out of order"
    if strangers := set(heard) - meant:
        yield f"got what was not for it: {sorted(strangers)[:3]} of {name}"
    lost = [n for n in sorted(meant & published.certain - set(heard)) if n not in marked]
    lost = [n for n in lost if not ("channel" in targets[n] and listener.was_absent((name, n)))]
    if lost:
        whom, where = targets[lost[0]], _around(listener, name, lost[0])
        yield f"lost {lost[0]} of {name} in silence, one of {len(lost)}, for {whom}: {where}"


def _around(listener: Listener, name: str, n: int) -> str:
    """What came in the place of a message that did not."""
    log = listener.log
    earlier = (at for at, entry in enumerate(log) if entry and entry[0] == name and entry[1] < n)
    place = max(earlier, default=0)
    return f"it has {log[max(0, place - 5) : place + 15]} at {place} of {len(log)}"


def _repeated(heard: Sequence[int]) -> int:
    return next(n for at, n in enumerate(heard) if n in heard[:at])


def _marked(listener: Listener, name: str, count: int) -> Iterator[int]:
    """Numbers in whose place there is a resync: between the one before and the one after."""
    before, is_marked = -1, False
    for entry in [*listener.log, (name, count)]:
        if entry is None:
            is_marked = True
        elif entry[0] == name:
            if is_marked:
                yield from range(before + 1, entry[1])
            before, is_marked = entry[1], False


def _check_pair(one: Listener, two: Listener) -> Iterator[str]:
    """Whether two clients saw what both got in one order."""
    places = {entry: place for place, entry in enumerate(two.log) if entry}
    common = [(entry, at) for at, entry in enumerate(one.log) if entry in places]
    for (first, at), (second, _) in pairwise(common):
        if places[first] < places[second]:
            continue
        if None not in one.log[at:] and None not in two.log[places[second] :]:
            yield f"{first} and {second} came in two orders"
            return
