"""Plan to text: Jinja fills the templates, black formats the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mdbgen.model.files import MIB, Owner, RenderedFile
from mdbgen.model.manifest import Manifest
from mdbgen.targets.python.methods import LINE_LENGTH, MethodPlan
from mdbgen.targets.python.plan import Plan, make_plan
from mdbgen.targets.templates import fill, template

# The same for every app: these templates are the files. A test says that black agrees.
_CONSTANT = (
    *("carriers.py", "client.py", "clients.py", "heartbeat.py", "inbox.py"),
    *("loops.py", "outbox.py", "redaction.py", "startup.py", "tickets.py"),
)
# These hold nothing of the manifest that may be long: a few texts each, which black leaves alone.
CHOSEN = (
    *(
        "closing.py",
        "compat.py",
        "connection.py",
        "endpoint.py",
        "hub.py",
        "manager.py",
        "session.py",
    ),
    *("tokens.py", "wire.py"),
)
_DERIVED = ("auth.py", "contract.py", "inbound.py", "messages.py", "router.py", "settings.py")


@dataclass(frozen=True)
class FormattedFile(RenderedFile):
    """A file whose lines depend on the manifest."""

    limit: ClassVar[int] = MIB  # black takes several seconds for it

    @cached_property
    def text(self) -> str:
        return _formatted(self.path, self.draft)


def render(manifest: Manifest) -> Iterator[RenderedFile]:
    """Render the Python files of the package."""
    return _files(make_plan(manifest))


def _files(plan: Plan) -> Iterator[RenderedFile]:
    generator = Owner.GENERATOR
    yield RenderedFile("py.typed", generator, "")
    for name in _CONSTANT:
        yield RenderedFile(name, generator, template(name))
    for name in CHOSEN:
        yield RenderedFile(name, generator, fill(name, plan=plan))
    for name in _DERIVED:
        yield FormattedFile(name, generator, fill(name, plan=plan))
    if plan.messages.is_declared:
        yield FormattedFile("jsontypes.py", generator, fill("jsontypes.py", plan=plan))
    if plan.key.is_public:
        yield RenderedFile("jwks.py", generator, template("jwks.py"))
    if plan.history:
        yield RenderedFile("history.py", generator, template("history.py"))
    yield FormattedFile("__init__.py", generator, fill("package_init.py", plan=plan))
    yield RenderedFile("handlers/__init__.py", generator, template("handlers_init.py"))
    for endpoint in plan.endpoints:
        stubs = {each.handler: _stub(each) for each in endpoint.receives}
        draft = fill("handler.py", endpoint=endpoint, plan=plan, stubs=tuple(stubs.values()))
        path = f"handlers/{endpoint.module}.py"
        yield FormattedFile(path, Owner.APP, draft, endpoint.handlers, endpoint.contract, stubs)


def _stub(method: MethodPlan) -> str:
    return fill("stub", method=method).rstrip("\n")


def _formatted(path: str, draft: str) -> str:
    from black import format_str
    from black.mode import Mode, TargetVersion

    # Not the user's configuration: the same bytes on every machine.
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
    try:
        return format_str(draft, mode=mode)
    except Exception as problem:
        raise AssertionError(f"{path} came out as no Python; please report this") from problem
