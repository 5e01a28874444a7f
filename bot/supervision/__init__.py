"""What keeps the process honest: one bot a database, watchdog, jobs on time, health."""
