"""``mdbgen dev``: an app under a server that reloads, and a console that shows its sockets."""
