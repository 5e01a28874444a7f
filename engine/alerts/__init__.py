"""What the owner must be told, stored with the event it tells of until it is delivered."""
