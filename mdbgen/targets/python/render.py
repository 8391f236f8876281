"""Plan to text: Jinja fills the templates, black formats the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

from mdbgen.model.files import MIB, Owner, RenderedFile
from mdbgen.model.manifest import Manifest
from mdbgen.targets.python.methods import LINE_LENGTH, MethodPlan
from mdbgen.targets.python.plan import Plan, make_plan
from mdbgen.targets.python.shake import Draft, shake
from mdbgen.targets.templates import fill, template

# A template that ends in .py is the same for every app; .jinja is filled in.
_TOP = (
    *("compat.py.jinja", "contract.py.jinja", "messages.py.jinja", "router.py.jinja"),
    "settings.py.jinja",
)
_RUNTIME = (
    *("auth.py.jinja", "backlog.py", "backplane.py", "carriers.py", "client.py"),
    *("clients.py", "closing.py.jinja", "connection.py.jinja", "deployment.py.jinja"),
    *("dispatch.py.jinja", "emitter.py", "endpoint.py.jinja"),
    *("foreign.py.jinja", "history.py", "hub.py", "inbound.py.jinja"),
    *("inbox.py", "jsontypes.py.jinja", "jwks.py", "link.py", "loops.py"),
    *("manager.py.jinja", "outbox.py", "pages.py", "publisher.py", "reader.py"),
    *("redaction.py", "replay.py", "session.py.jinja"),
    *("stream.py", "tasks.py", "tickets.py.jinja", "tokens.py.jinja", "wire.py.jinja"),
)
_TEMPLATES = {
    "__init__.py": "package_init.py.jinja",
    **{name.removesuffix(".jinja"): name for name in _TOP},
    **{f"runtime/{name.removesuffix('.jinja')}": name for name in _RUNTIME},
}
# In these packages some files are others.
_WITHOUT_MESSAGES = {"messages.py": "messages_any.py"}
_WITH_BACKPLANE = {"runtime/history.py": "history_shared.py"}
# Where a text of the manifest may be long enough for black to wrap its line.
_WRAPPED = (
    *("__init__.py", "contract.py", "messages.py", "router.py", "settings.py"),
    *("runtime/deployment.py", "runtime/inbound.py"),
)


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
    yield RenderedFile("py.typed", Owner.GENERATOR, "")
    yield RenderedFile("handlers/__init__.py", Owner.GENERATOR, template("handlers_init.py"))
    yield RenderedFile("runtime/__init__.py", Owner.GENERATOR, template("runtime_init.py"))
    for path, draft in shake(partial(_draft, plan, _templates(plan))).items():
        kind = FormattedFile if path in _WRAPPED else RenderedFile
        yield kind(path, Owner.GENERATOR, draft)
    for endpoint in plan.endpoints:
        stubs = {each.handler: _stub(each) for each in endpoint.receives}
        draft = fill("handler.py.jinja", endpoint=endpoint, plan=plan, stubs=(*stubs.values(),))
        path = f"handlers/{endpoint.module}.py"
        yield FormattedFile(path, Owner.APP, draft, endpoint.handlers, endpoint.contract, stubs)


def _draft(plan: Plan, templates: Mapping[str, str], path: str) -> Draft | None:
    name = templates.get(path)
    if name is None:
        return None
    if name.endswith(".jinja"):
        return Draft(fill(name, plan=plan))
    return Draft(template(name), is_fixed=True)


def _templates(plan: Plan) -> Mapping[str, str]:
    """Return the template of each file that a package may have."""
    return {
        **_TEMPLATES,
        **({} if plan.messages.is_declared else _WITHOUT_MESSAGES),
        **(_WITH_BACKPLANE if plan.has_backplane else {}),
    }


def _stub(method: MethodPlan) -> str:
    return fill("handler_method.jinja", method=method).rstrip("\n")


def _formatted(path: str, draft: str) -> str:
    from black import format_str
    from black.mode import Mode, TargetVersion

    # Not the user's configuration: the same bytes on every machine.
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
    try:
        return format_str(draft, mode=mode)
    except Exception as problem:
        raise AssertionError(f"{path} is not valid Python; please report this") from problem
