"""Going out: states and verdicts (pure), the outbox, connections, delivery. Knows nothing of inbox."""
