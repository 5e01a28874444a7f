"""When a guarded position is sold: the mark, the rule, the watch and the sale."""
