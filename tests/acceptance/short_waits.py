"""Imported before the bot begins, it gives the watchdog of its process seconds where it has a minute."""

from bot.supervision import watchdog

watchdog.LOOK_EVERY_S, watchdog.LONGEST_LOOK_S = 0.1, 1.5
watchdog.ALARM_AFTER_S, watchdog.EXIT_AFTER_S = 2.5, 5.0
