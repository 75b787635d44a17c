"""The log of what came back: kept raw, read, reviewed by people, exported by allow-list."""
