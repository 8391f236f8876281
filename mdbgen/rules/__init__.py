"""Every code that mdbgen prints: what it means, how to mend it, an example. Data only."""
