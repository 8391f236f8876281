"""One template per generated file, the same name plus ``.jinja``.

Templates print; they decide nothing. Allowed are attributes, ``for`` and a truthy ``if``;
``tests/test_architecture.py`` says so. Installed as the package ``mdbgen.templates``.
"""
