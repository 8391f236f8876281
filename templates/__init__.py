"""One template per generated file, the same name plus ``.jinja``.

Templates print; they decide nothing. Allowed are attributes, ``for``, a truthy ``if`` and ``include``;
``tests/test_architecture.py`` says so. Installed as the package ``mdbgen.templates``.
"""
