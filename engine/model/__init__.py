"""Values of the trade: money, venues, instruments, quotes, orders and holdings."""
