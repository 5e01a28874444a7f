"""Chat in, chat out: parse what was typed, ask the engine once, render the answer."""
