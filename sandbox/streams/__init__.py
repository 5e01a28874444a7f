"""The venues' websocket streams: of the market that their REST endpoints read, and of the accounts' ledgers."""
