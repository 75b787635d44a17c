"""Whatever must survive: the tables, the engine, encryption at rest."""
