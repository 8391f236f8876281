"""Numbers to Markdown tables. Ratios are medians over turns, taken within each turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from contenders import Contender
from measures import Connecting, Echo, Served, Slice, ToUser

KIB = 1024
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Board:
    """Who is in the tables, in which order, and against whom the ratios are."""

    contenders: Sequence[Contender]
    unit: str  # the name of a contender

    def ratio(self, turns: Sequence[Mapping[str, float]], name: str) -> str:
        """``1.02 (0.95–1.10)``: median and middle half."""
        ratios = sorted(turn[name] / turn[self.unit] for turn in turns if name in turn)
        quarter = len(ratios) // 4
        low, high = ratios[quarter], ratios[-1 - quarter]
        return f"{median(ratios):.2f} ({low:.2f}–{high:.2f})"


def fan_out_table(board: Board, turns: Sequence[Mapping[str, Slice]]) -> str:
    cpu = [{name: each.cpu_per_100k for name, each in turn.items()} for turn in turns]
    rows = []
    for contender in board.contenders:
        slices = [turn[contender.name] for turn in turns]
        rows.append(
            (
                contender.title,
                f"{median(each.cpu_per_100k for each in slices):.2f}",
                board.ratio(cpu, contender.name),
                f"{median(each.latency_ms(50) for each in slices):.1f}",
                f"{median(each.latency_ms(99) for each in slices):.1f}",
            )
        )
    head = ("contender", "CPU s per 100k", f"× {board.unit} (middle half)", "p50 ms", "p99 ms")
    return _table(head, rows)


def connecting_table(board: Board, turns: Sequence[Mapping[str, Connecting]]) -> str:
    memory = [{name: each.bytes_each for name, each in turn.items()} for turn in turns]
    speed = [{name: each.per_cpu_s for name, each in turn.items()} for turn in turns]
    rows = []
    for contender in board.contenders:
        each = [turn[contender.name] for turn in turns]
        rows.append(
            (
                contender.title,
                f"{median(one.bytes_each for one in each) / KIB:.1f}",
                board.ratio(memory, contender.name),
                f"{median(one.per_cpu_s for one in each):.0f}",
                board.ratio(speed, contender.name),
            )
        )
    unit = f"× {board.unit}"
    head = ("contender", "KiB per idle connection", unit, "connects per CPU second", unit)
    return _table(head, rows)


def stuck_table(
    board: Board, turns: Sequence[Mapping[str, tuple[Served, Served]]], goal: int
) -> str:
    rows = []
    for contender in board.contenders:
        alone = [turn[contender.name][0] for turn in turns]
        stuck = [turn[contender.name][1] for turn in turns]
        ratio = median(b.p99_ms / a.p99_ms for a, b in zip(alone, stuck, strict=True))
        growth = max(each.growth_bytes for each in stuck) / MIB
        rows.append(
            (
                contender.title,
                f"{min(each.share for each in stuck):.0%}",
                "yes" if all(each.in_order for each in (*alone, *stuck)) else "**no**",
                f"{median(each.p99_ms for each in alone):.1f}",
                f"{median(each.p99_ms for each in stuck):.1f} ({ratio:.1f} ×)",
                f"{max(each.growth_bytes for each in alone) / MIB:.1f}",
                f"{growth:.1f}",
            )
        )
    head = (
        "contender",
        f"others served, of {goal}",
        "in order",
        "p99 ms without it",
        "p99 ms with it",
        "memory MiB without it",
        "memory MiB with it",
    )
    return _table(head, rows)


def user_table(board: Board, turns: Sequence[Mapping[str, tuple[ToUser, ToUser]]]) -> str:
    rows = []
    for contender in board.contenders:
        few = [turn[contender.name][0].cpu_us_per_send for turn in turns]
        many = [turn[contender.name][1].cpu_us_per_send for turn in turns]
        growth = median(b / a for a, b in zip(few, many, strict=True))
        rows.append((contender.title, f"{median(few):.0f}", f"{median(many):.0f}", f"{growth:.2f}"))
    return _table(("contender", "CPU µs among few", "among many", "many / few"), rows)


def echo_table(board: Board, turns: Sequence[Mapping[str, tuple[Echo, Echo]]]) -> str:
    single = [{name: each[0].cpu_per_100k for name, each in turn.items()} for turn in turns]
    several = [{name: each[1].cpu_per_100k for name, each in turn.items()} for turn in turns]
    rows = [
        (
            contender.title,
            f"{median(turn[contender.name] for turn in single):.2f}",
            board.ratio(single, contender.name),
            f"{median(turn[contender.name] for turn in several):.2f}",
            board.ratio(several, contender.name),
        )
        for contender in board.contenders
    ]
    unit = f"× {board.unit}"
    return _table(("contender", "CPU s per 100k, 1 in flight", unit, "8 in flight", unit), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
