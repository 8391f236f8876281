"""WebSocket fan-out: the generated package beside other ways to do it, in one run.

    python benchmarks/fanout                 # everything, about 20 minutes
    python benchmarks/fanout --quick         # a first impression, about 5 minutes
    python benchmarks/fanout --measures fanout,stuck --contenders naive,generated

Every contender is a server process of its own; the clients are this process. What is compared
takes turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import measures
import report
import uvloop
from contenders import (
    HANDLERS,
    MANIFEST,
    OTHERS,
    TYPED_HANDLERS,
    TYPED_MANIFEST,
    Contender,
    generate_package,
    generated,
    typed_contenders,
)

DISTRIBUTIONS = (
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "websockets",
    "mdb-engine",
    "python-socketio",
    "litestar",
    "channels",
    "django",
)


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything."""

    rounds: int
    clients: int
    frame_bytes: int
    slices: int
    broadcasts: int  # per slice
    idle: int  # connections
    large: int  # broadcasts of large messages
    few: int
    many: int
    sends: int
    messages: int


FULL = Scale(3, 1000, 256, 8, 15, 2000, 300, 50, 5000, 1000, 20_000)
QUICK = Scale(1, 500, 256, 4, 8, 500, 100, 50, 1000, 300, 5_000)


class Benchmark:
    """The chosen contenders at the chosen scale; a method per measure returns its table."""

    def __init__(self, board: report.Board, scale: Scale, typed: report.Board) -> None:
        self._board = board
        self._scale = scale
        self._typed = typed

    async def fanout(self) -> str:
        """Server CPU per 100,000 deliveries, and the latency of a broadcast."""
        scale, turns = self._scale, []
        for _ in range(scale.rounds):
            turns += await measures.fan_out(
                self._board.contenders,
                clients=scale.clients,
                size=scale.frame_bytes,
                slices=scale.slices,
                broadcasts=scale.broadcasts,
            )
        title = f"{scale.clients:,} clients × {scale.frame_bytes} B, {len(turns)} turns"
        return f"{title}\n\n{report.fan_out_table(self._board, turns)}"

    async def connect(self) -> str:
        """Memory per idle connection, connects per CPU second."""
        idle = self._scale.idle
        turns = await self._in_turns(lambda each: measures.connecting(each, idle))
        return f"{idle:,} connections\n\n{report.connecting_table(self._board, turns)}"

    async def stuck(self) -> str:
        """One client of 51 that never reads."""
        count = self._scale.large

        async def both(each: Contender) -> tuple[measures.Served, measures.Served]:
            return (
                await measures.large_messages(each, broadcasts=count, with_stuck=False),
                await measures.large_messages(each, broadcasts=count, with_stuck=True),
            )

        table = report.stuck_table(self._board, await self._in_turns(both), count)
        return f"50 clients that read and one that does not, {count} × 64 KiB\n\n{table}"

    async def users(self) -> str:
        """A message to one user of five connections, among few and among many."""
        scale = self._scale

        async def both(each: Contender) -> tuple[measures.ToUser, measures.ToUser]:
            return (
                await measures.to_user(each, scale.few, sends=scale.sends, size=scale.frame_bytes),
                await measures.to_user(each, scale.many, sends=scale.sends, size=scale.frame_bytes),
            )

        table = report.user_table(self._board, await self._in_turns(both))
        return f"to one user among {scale.few:,} and {scale.many:,} connections\n\n{table}"

    async def echo(self) -> str:
        """Messages from clients, each answered."""
        return f"messages, each answered with a small one, {await self._echo(self._board)}"

    async def typed(self) -> str:
        """Declared messages: validated, dispatched, answered."""
        return f"declared messages, each validated and answered, {await self._echo(self._typed)}"

    async def _echo(self, board: report.Board) -> str:
        scale, turns = self._scale, []
        for _ in range(scale.rounds):
            turns += await measures.echo(
                board.contenders, messages=scale.messages, slices=scale.slices
            )
        return f"{len(turns)} turns\n\n{report.echo_table(board, turns)}"

    async def _in_turns(
        self, measure: Callable[[Contender], Awaitable[Result]]
    ) -> list[dict[str, Result]]:
        everybody = self._board.contenders
        turns = []
        for _ in range(self._scale.rounds):
            contenders = random.sample(everybody, len(everybody))
            turns.append({each.name: await measure(each) for each in contenders})
        return turns


MEASURES: dict[str, Callable[[Benchmark], Awaitable[str]]] = {
    "fanout": Benchmark.fanout,
    "connect": Benchmark.connect,
    "stuck": Benchmark.stuck,
    "users": Benchmark.users,
    "echo": Benchmark.echo,
    "typed": Benchmark.typed,
}


async def run(
    options: argparse.Namespace, contenders: Sequence[Contender], typed: Sequence[Contender]
) -> None:
    """Measure, and print each table as soon as it is there."""
    unit = next((each.name for each in contenders if each.name == "naive"), contenders[0].name)
    board, typed_board = report.Board(contenders, unit), report.Board(typed, "typed-by-hand")
    benchmark = Benchmark(board, choose_scale(options), typed_board)
    print(heading(), flush=True)
    for name in options.measures:
        print(f"\n### {name}: {await MEASURES[name](benchmark)}", flush=True)


def heading() -> str:
    """When and where, and what of which version."""
    versions = []
    for name in DISTRIBUTIONS:
        with suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{date.today()}, {os.cpu_count()} cores, {python}, {', '.join(versions)}"


def choose_scale(options: argparse.Namespace) -> Scale:
    """The scale of the run, with what the command line sets by number."""
    chosen = {"rounds": options.rounds, "clients": options.clients, "frame_bytes": options.bytes}
    given = {name: value for name, value in chosen.items() if value is not None}
    return replace(QUICK if options.quick else FULL, **given)


def choose_contenders(options: argparse.Namespace, parent: Path) -> list[Contender]:
    """Whoever is asked for and installed; the generated package comes first."""
    generate_package(options.mdbgen, parent, MANIFEST, HANDLERS)
    every = [generated("generated", "**generated by mdbgen**", parent), *OTHERS]
    every += [generated(name, name, folder) for name, folder in options.variant]
    wanted = options.contenders or [each.name for each in every]
    unknown = set(wanted) - {each.name for each in every}
    if unknown:
        sys.exit(f"no such contender: {', '.join(sorted(unknown))}")
    chosen = [each for each in every if each.name in wanted]
    for each in chosen:
        if not each.is_installed:
            print(f"skipped: {each.title}, since {each.needs} is not installed", file=sys.stderr)
    return [each for each in chosen if each.is_installed]


def choose_typed(options: argparse.Namespace, parent: Path) -> list[Contender]:
    """Who takes part in the measure ``typed``; variants too that are called ``typed-…``."""
    generate_package(options.mdbgen, parent, TYPED_MANIFEST, TYPED_HANDLERS)
    variants = [each for each in options.variant if each[0].startswith("typed-")]
    return [
        *typed_contenders(parent),
        *(generated(name, name, folder) for name, folder in variants),
    ]


def parse() -> argparse.Namespace:
    """The command line."""
    names = ", ".join(["generated", *(each.name for each in OTHERS)])
    parser = argparse.ArgumentParser(
        prog="benchmarks/fanout",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--contenders", type=_names, help=f"some of: {names}")
    parser.add_argument(
        "--measures", type=_measures, default=list(MEASURES), help=f"some of: {', '.join(MEASURES)}"
    )
    parser.add_argument("--rounds", type=int, help="fresh processes, so many times")
    parser.add_argument("--clients", type=int, help="of the fan-out")
    parser.add_argument("--bytes", type=int, help="of a frame of the fan-out, on the wire")
    parser.add_argument(
        "--variant",
        type=_variant,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="one more contender: the generated package, changed, in DIR/ws",
    )
    parser.add_argument(
        "--mdbgen", default=str(Path(sys.executable).with_name("mdbgen")), help="the command"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return text.split(",")


def _measures(text: str) -> list[str]:
    unknown = set(_names(text)) - set(MEASURES)
    if unknown:
        raise argparse.ArgumentTypeError(f"no such measure: {', '.join(sorted(unknown))}")
    return _names(text)


def _variant(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    return name, Path(folder)


def main() -> None:
    """Generate the package, then measure."""
    options = parse()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # servers inherit it
    with tempfile.TemporaryDirectory() as folder:
        parent = Path(folder)
        contenders = choose_contenders(options, parent)
        uvloop.run(run(options, contenders, choose_typed(options, parent / "typed")))


if __name__ == "__main__":
    main()
