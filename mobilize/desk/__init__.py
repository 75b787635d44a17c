"""People's jobs, a function each. The faces call these and nothing below them; no rule lives here."""
