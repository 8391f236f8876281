"""Apps that run. Installed as the package ``mdbgen.examples``."""
