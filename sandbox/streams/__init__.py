"""The venues' public websocket streams, pushed from the same market that their REST endpoints read."""
