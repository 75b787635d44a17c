"""Letters to governments, delivered exactly once, and a reply log that can be trusted."""
