"""What the demo says of itself: what this is, what to try, and every line it understands."""

from bot.demo.lines import FAULTS
from sandbox.world import VENUES

WELCOME = """\
NIJA demo. No money is real here: Telegram, Kraken, Coinbase and Alpaca are stand-ins on this machine
that speak their real protocols; the bot below is the real bot, in a process of its own.
You are its owner. What you type goes to the bot; a number presses a button; ! speaks to the world.

Try, in this order:
  /balance              what you have, at three brokers
  /positions            what is gained and lost; nothing is guarded yet
  Guard all from cost   the button below the bot's question about Kraken: type its number. ADA has lost
                        more than 1 % already, so it is asked about apart and not sold
  !price ETH -1%        ether falls past the threshold and is sold, though an open order held it
  /route BTC 30         where a buy of $30 would go, and why not elsewhere
  !kill, !restart       kill -9, then start again: nothing is forgotten, nothing happens twice
!help lists the rest; !quit or Ctrl-C ends it all.
"""

HELP = f"""\
/command                      to the bot, as in Telegram (/help lists its commands)
a number, or a button's label press that button, wherever it stands in the chat
!price BTC -2%                move a price;   !price BTC 61000   set it
!ledger kraken                what the venue really has for you, and your last orders there
!fault kraken AddOrder drop [TIMES]
                              let an answer go wrong: {", ".join(FAULTS)}
!fault kraken clear           and well again;   !fault telegram outage|clear
!kill                         kill -9 the bot;   !restart   stop it properly, start it again
!wait SECONDS|WORDS           let time pass, or wait until the bot has said something
!quit                         end
Venues: {", ".join(VENUES)}. Endpoints are named as on their tapes (AddOrder, BalanceEx, orders, accounts), * is all.
"""
