"""Files as text against the folder: lock, ownership, drift, writing."""
