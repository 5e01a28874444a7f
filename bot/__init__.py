"""The process: settings, wiring, schedule, start and stop, alert delivery, commands."""
