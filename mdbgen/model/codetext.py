"""Text that may stand in generated code as it is."""

from __future__ import annotations

from typing import NewType

# Made by ``naming``, out of anything that a manifest may say. mypy sees to it that plans hold no
# other text: a ``str`` is no ``Code``.
Code = NewType("Code", str)
