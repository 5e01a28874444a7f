"""The parts of the engine, group by group, each built once: when the first that needs it is."""
