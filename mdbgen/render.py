"""Plan to text: Jinja fills the templates, black formats the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar

from mdbgen.method_plan import LINE_LENGTH, MethodPlan
from mdbgen.plan import Plan

if TYPE_CHECKING:
    from jinja2 import Environment


class Owner(Enum):
    """Who may change a file once it is there."""

    GENERATOR = "generator"  # rewritten by every run, listed in the lock
    APP = "app"  # created once, never touched again


# The same for every app: these templates are the files. A test says that black agrees.
_CONSTANT = (
    *("carriers.py", "client.py", "clients.py", "closing.py", "heartbeat.py", "inbox.py"),
    *("loops.py", "outbox.py", "redaction.py", "startup.py", "tickets.py"),
)
# These hold nothing of the manifest that may be long: a few texts each, which black leaves alone.
CHOSEN = (
    *("compat.py", "connection.py", "endpoint.py", "hub.py", "manager.py", "session.py"),
    *("tokens.py", "wire.py"),
)
_DERIVED = ("auth.py", "contract.py", "inbound.py", "messages.py", "router.py", "settings.py")


MIB = 1024 * 1024


@dataclass(frozen=True)
class RenderedFile:
    """One file of the package, as text with LF line endings."""

    limit: ClassVar[int] = 8 * MIB  # characters; about half of what `disk` reads
    path: str  # relative to the output folder, with forward slashes: "handlers/realtime.py"
    owner: Owner
    draft: str  # as the template printed it; equal to ``text`` unless a long name makes black wrap
    handlers: str = ""  # of a handler file: the name of its class
    contract: str = ""  # and of the generated base of that
    stubs: Mapping[str, str] = field(default_factory=dict)  # and its methods for messages, as text

    @cached_property
    def text(self) -> str:
        """The file as it belongs on disk; formatted by black when first asked for."""
        return self.draft


@dataclass(frozen=True)
class FormattedFile(RenderedFile):
    """A file whose lines depend on the manifest."""

    limit: ClassVar[int] = MIB  # black takes several seconds for it

    @cached_property
    def text(self) -> str:
        return _formatted(self.path, self.draft)


def render(plan: Plan) -> tuple[RenderedFile, ...]:
    """Render all files of the package, sorted by path."""
    return tuple(sorted(_files(plan), key=lambda file: file.path))


def _files(plan: Plan) -> Iterator[RenderedFile]:
    generator = Owner.GENERATOR
    yield RenderedFile("py.typed", generator, "")
    for name in _CONSTANT:
        yield RenderedFile(name, generator, _template(name))
    for name in CHOSEN:
        yield RenderedFile(name, generator, _fill(name, plan=plan))
    for name in _DERIVED:
        yield FormattedFile(name, generator, _fill(name, plan=plan))
    if plan.messages.is_declared:
        yield FormattedFile("jsontypes.py", generator, _fill("jsontypes.py", plan=plan))
    if plan.client:
        yield RenderedFile("client.ts", generator, _fill("client.ts", plan=plan))
    if plan.key.is_public:
        yield RenderedFile("jwks.py", generator, _template("jwks.py"))
    if plan.history:
        yield RenderedFile("history.py", generator, _template("history.py"))
    for document in plan.documents:
        yield RenderedFile(document.path, generator, document.text)
    yield FormattedFile("__init__.py", generator, _fill("package_init.py", plan=plan))
    yield RenderedFile("handlers/__init__.py", generator, _template("handlers_init.py"))
    for endpoint in plan.endpoints:
        stubs = {each.handler: _stub(each) for each in endpoint.receives}
        draft = _fill("handler.py", endpoint=endpoint, plan=plan, stubs=tuple(stubs.values()))
        path = f"handlers/{endpoint.module}.py"
        yield FormattedFile(path, Owner.APP, draft, endpoint.handlers, endpoint.contract, stubs)


def _stub(method: MethodPlan) -> str:
    return _fill("stub", method=method).rstrip("\n")


def _template(name: str) -> str:
    return files("mdbgen.templates").joinpath(f"{name}.jinja").read_text("utf-8")


def _fill(name: str, **values: object) -> str:
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_template),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _formatted(path: str, draft: str) -> str:
    from black import format_str
    from black.mode import Mode, TargetVersion

    # Not the user's configuration: the same bytes on every machine.
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
    try:
        return format_str(draft, mode=mode)
    except Exception as problem:
        raise AssertionError(f"{path} came out as no Python; please report this") from problem
