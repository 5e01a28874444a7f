"""What all venues' streams of prices and of accounts share, over one websocket each."""
