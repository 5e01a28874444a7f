"""Rows in and values out: plain functions on an open session, one file a subject."""
