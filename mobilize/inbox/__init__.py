"""Coming in: what arrived, who wrote it, what it says. Knows nothing of post."""
