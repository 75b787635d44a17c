"""One file a version of the ledger; `make migration` writes the next one."""
