"""The app: imported from the user's code, or made bare from a generated package."""

from __future__ import annotations

import importlib
import sys
from inspect import signature
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from fastapi import FastAPI

from mdbgen.dev.discover import Target, package_target, resolve
from mdbgen.dev.plan import Plan
from mdbgen.disk.lock import LOCK_NAME

NAMES = ("app", "api")
_OWN = (str(Path(__file__).parent), "<frozen importlib")


class NoApp(Exception):
    """The module holds no app; says where one was looked for."""


def load_app(plan: Plan) -> Any:
    """Import or make the app.

    Raises:
        NoApp: The module has none.
        BaseException: Whatever importing the user's code raises.
    """
    folder = Path.cwd()
    if plan.app is None:
        package = _import(package_target(Path(plan.package or "ws").absolute(), folder))
        return _bare(plan.slug, package)
    target = resolve(plan.app, folder)
    module = _import(target)
    return _named(module, target) if target.name else _found(module, target, plan.app)


def find_package(slug: str) -> ModuleType | None:
    """Return the generated package of an app among the modules that are loaded."""
    for module in list(sys.modules.values()):
        folder = next(iter(getattr(module, "__path__", None) or []), None)
        if folder is None or not (Path(folder) / LOCK_NAME).is_file():
            continue
        settings = sys.modules.get(f"{module.__name__}.settings")
        if getattr(settings, "APP_SLUG", None) == slug:
            return module
    return None


def own_traceback(problem: BaseException) -> TracebackType | None:
    """Return the traceback from the user's code on."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN):
        trace = trace.tb_next
    while trace is not None and "importlib" in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace


def _bare(slug: str, package: Any) -> FastAPI:
    app = FastAPI(title=slug)
    app.include_router(package.router)
    return app


def _import(target: Target) -> ModuleType:
    if target.search not in sys.path:
        sys.path.insert(0, target.search)
    return importlib.import_module(target.module)


def _named(module: ModuleType, target: Target) -> Any:
    value: Any = module
    for part in target.name.split("."):
        if not hasattr(value, part):
            raise NoApp(f"{target.module} has no {target.name}; {_apps_in(module, target)}")
        value = getattr(value, part)
    if not _is_app(value):
        what = f"{target.module}:{target.name} is of type {type(value).__name__}, not an ASGI app"
        raise NoApp(f"{what}; {_apps_in(module, target)}")
    return value


def _is_app(value: Any) -> bool:
    """Whether something can be called as ASGI calls an app; what makes an app is none."""
    if not callable(value):
        return False
    try:
        signature(value).bind({}, None, None)
    except TypeError:
        return False
    except ValueError:  # it cannot be told
        return True
    return True


def _apps_in(module: ModuleType, target: Target) -> str:
    found = [name for name, value in vars(module).items() if isinstance(value, FastAPI)]
    if not found:
        return f"{target.module} has no FastAPI app at all"
    return f"there is {', '.join(f'{target.module}:{name}' for name in found)}"


def _found(module: ModuleType, target: Target, app: str) -> FastAPI:
    values = [getattr(module, name, None) for name in NAMES] + list(vars(module).values())
    for each in values:
        if isinstance(each, FastAPI):
            return each
    other = f"mdbgen dev --app {target.module}:app"
    raise NoApp(f"{app} has no FastAPI app; if it has another ASGI app, name that: {other}")
