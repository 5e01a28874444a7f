"""Our ports to the venues; the only place that knows ccxt."""
