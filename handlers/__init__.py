"""Chat in, chat out: parse what was typed, call the engine once, render the answer."""
