"""The app: imported from the user's code, or made bare from a generated package."""

from __future__ import annotations

import importlib
import sys
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
    app = _named(module, target.name) if target.name else _found(module)
    if app is None:
        what = f"no {target.name}" if target.name else "no FastAPI app"
        raise NoApp(f"{plan.app} has {what}; name it: mdbgen dev --app {target.module}:app")
    return app


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


def _named(module: ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _found(module: ModuleType) -> FastAPI | None:
    values = [getattr(module, name, None) for name in NAMES] + list(vars(module).values())
    return next((each for each in values if isinstance(each, FastAPI)), None)
