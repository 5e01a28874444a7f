"""Alerts to the owners, stored with the event they report until they are delivered."""
