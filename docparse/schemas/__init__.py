"""The types that travel: pages on their way through the engine, and the published document schema."""
