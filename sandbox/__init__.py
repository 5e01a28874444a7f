"""Loopback stand-ins that speak the real wire protocols of the venues and of Telegram."""
