"""One template per generated file, the same name plus ``.jinja``.

``client.ts.jinja`` is printed in parts, ``client_*``: one per subject, each included where it
belongs. ``client_socket.ts.jinja`` in turn includes the methods of its class.

Templates print; they decide nothing. Allowed are attributes, ``for``, a truthy ``if``, and
``include`` by a fixed name; ``tests/test_architecture.py`` says so. Installed as the package
``mdbgen.templates``.
"""
