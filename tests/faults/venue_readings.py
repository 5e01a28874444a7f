"""Faults of a venue around clocks, secrets, damaged readings and odd orders."""

from tests.faults.row import Row

VENUE_READINGS = (
    Row(
        "V40",
        "our clock is off by an hour",
        "prices, sessions and tokens go by the venue's clock; coins and stocks are sold",
    ),
    Row(
        "V41",
        "a venue repeats a secret of the settings, or a part of a stream's token, in what it says",
        "no part of it reaches chat, log or doctor",
    ),
    Row("V42", "/close while a changed key is unproven", "waits and says why"),
    Row("V43", "several coins lose their price in one outage", "one message"),
    Row("V44", "an exit is refused for days", "each attempt reads the journal's new steps only"),
    Row(
        "V45",
        "a venue leaves out for minutes what it still holds",
        "the guard is paused and reported; back as it was it goes on at once, otherwise its owner is asked",
    ),
    Row(
        "V46",
        "the guarded pair is shut and without a price while the coin falls",
        "sold through another pair down to 90 % of the trigger, as much as its book carries; below that reported",
    ),
    Row(
        "V47",
        "an open covered call, or an order of odd intent, holds what is to be sold at Alpaca",
        "cancelled and named; one that cannot be understood is named",
    ),
    Row("V48", "a share is called like money or a coin", "a position that is guarded and sold"),
    Row(
        "V49",
        "coins of another platform or a vault at Coinbase",
        "locked: only what spot orders reach is sold",
    ),
    Row(
        "V50",
        "an open order whose kind of product is odd or unknown",
        "found and cancelled where the venue documents it, otherwise named",
    ),
    Row(
        "V51",
        "the clock is set between our sale and the next reading",
        "none of several sales is taken for read, over a restart too",
    ),
    Row(
        "V52",
        "the clock is set while the fills of our sale are not there yet",
        "no guard is paused for what the sale brought",
    ),
    Row("V53", "the clock is set while an exit fails", "its reminders are neither early nor late"),
    Row(
        "V54",
        "an order of the owner with our size and without our id",
        "cancelled to free what is sold when it has a limit; one that may be ours holds up nothing and is named",
    ),
    Row(
        "V55",
        "an order's totals are missing or odd, or it is shown as open for ever",
        "reported as its trades report it; an unknown fee is no zero",
    ),
    Row("V56", "a venue loses orders for minutes and is well again", "losers are sold within seconds of it"),
    Row(
        "V57",
        "hundreds of similar trades at Alpaca whose fees name none",
        "the search is bounded and never holds up the guards",
    ),
    Row(
        "V58",
        "another pair's book is an outlier for a moment",
        "a second look decides; nothing is sold by one",
    ),
    Row(
        "V59",
        "the market closes on an accepted stock order",
        "cancelled, and sold in the next session if still needed",
    ),
    Row("V60", "an order that was given up fills after its exit", "reported as NIJA's sale, once"),
    Row(
        "V61",
        "a split of any ratio, a stock dividend or a spin-off before any reading",
        "the exit pauses and asks",
    ),
    Row(
        "V62",
        "a price below the venue's smallest order for a moment",
        "the guard stays, and sells or stands down at the next price",
    ),
    Row("V63", "a reading of before an exit found the coins gone", "it does not bring them back"),
    Row(
        "V64",
        "every list of Kraken hides an accepted order that holds the coins",
        "it is not sent again while the balance shows them gone or held",
    ),
    Row(
        "V65",
        "a lost order is listed or filled after its exit ended",
        "reported once as a sale of NIJA and taken off the guard",
    ),
    Row(
        "V66",
        "a halt keeps an accepted order from filling",
        "reminders name the order, the halt and the way out",
    ),
    Row("V67", "rows of orders or trades that name no id", "counted only where they may be ours, and named"),
    Row(
        "V68",
        "an outage fails prices and balances together, or strikes in the midst of a sale",
        "one alarm with reminders and one end; a sale is reminded of by itself",
    ),
    Row(
        "V69",
        "the look-up of a late order fails for one coin",
        "all others are followed, and its owner is alerted",
    ),
    Row("V70", "the order's own query says cancelled while the list shows it open", "followed on, one sale"),
    Row("V71", "the owner edits the bot's order in the venue's app", "the order it became is followed"),
    Row("V72", "coins stay held by an order that no list shows", "reminded; no second order leaves"),
    Row(
        "V73", "coins arrive, or were freed for the order, while a lost order's sale is unlisted", "one sale"
    ),
    Row("V74", "killed after coins came in that no stored reading shows", "one sale"),
    Row(
        "V75",
        "a lost order that never arrived, while money and coins come in for other reasons",
        "reminded, and sold after five minutes at the latest",
    ),
    Row(
        "V76",
        "coins leave for no money while an order is lost",
        "not counted as its sale: what is left is sold",
    ),
    Row(
        "V77",
        "the owner's limit sale fills while it is cancelled for an exit",
        "reported as the owner's sale with its fills; the exit waits for nothing",
    ),
    Row(
        "V78",
        "an order's answer and its trades are equally old and show a part",
        "the balance shows more as gone: followed on until all of it is reported",
    ),
    Row(
        "V79",
        "a half-filled order is reported as cancelled while its other half is held",
        "nothing else leaves",
    ),
    Row(
        "V80",
        "a lost order is half filled, half held and unlisted while coins come in",
        "awaited as long as a part is held",
    ),
    Row("V81", "an order's value contradicts its trades", "the alert has the price of the trades"),
    Row("V82", "a venue tells no prices", "no holding and no guard loses its reading"),
    Row("V83", "an account is first met without prices", "asked about or guarded once they are there"),
    Row("V84", "a venue lists a trade of size 0", "left out and named; the account is followed"),
    Row("V85", "a venue writes the year 1 or 9999", "unknown or unreadable; nothing else is hidden"),
    Row(
        "V86",
        "a ticker is frozen from before a guard is set, or the book comes near a frozen one",
        "no sale that the book denies; a book that cannot be read denies none",
    ),
    Row(
        "V87",
        "an earlier sale of ours looks like that of a lost order",
        "told apart by the reading that each order was based on",
    ),
    Row(
        "V88",
        "a broker is down, also over a restart",
        "why something is not guarded stays as it was; nothing is called unlisted",
    ),
    Row(
        "V89",
        "its owner sells at the venue and buys back before the next reading",
        "what is bought later is not sold; trades that are not reported delay no sale",
    ),
    Row(
        "V90",
        "an order's row, its trades and the balance are as old and call a part its end",
        "asked twice; what traded beyond it is reported once and not sold again",
    ),
    Row(
        "V91",
        "a venue reports another fill after an order's end",
        "booked, reported once, and no longer guarded",
    ),
    Row(
        "V92",
        "one figure of an account cannot be read",
        "what is held stays known; the figure is named as missing",
    ),
    Row(
        "V93",
        "a threshold is passed while there is no price, or nobody watches",
        "the alert says since when, and why it came late",
    ),
    Row(
        "V94",
        "a broker answers, but refuses a sale",
        "its line in /status does not say that there are no errors",
    ),
    Row(
        "V95",
        "an answer is nested too deep, or in a character set that nobody knows",
        "no price and no answer: the alarm comes in time, and the next good price sells",
    ),
    Row(
        "V96",
        "an order is executed and refused in words that its venue does not publish",
        "looked up before it is sent again: one sale",
    ),
    Row(
        "V97",
        "sixty resting orders are cancelled for one sale",
        "all confirmed by one look, one message that can be read",
    ),
    Row(
        "V98",
        "a request never arrives, the process dies, and its owner sells at the venue",
        "sold once, and reported as perhaps their own order",
    ),
    Row(
        "V99",
        "a part of a stock order fills before the close",
        "the alert says how much is not sold, why, and what happens with it",
    ),
    Row(
        "V100",
        "an order's answer is lost, and its owner wants to sell at the venue",
        "the alarm does not say unsold, and names the order to look for",
    ),
    Row(
        "V101",
        "an earlier sale of ours arrives late, and the next one is lost, at a venue that refuses an id twice",
        "sent again under its own id",
    ),
    Row("V102", "what is new of a spread cannot be written", "the breached guard is sold all the same"),
    Row(
        "V103",
        "one of many orders that are cancelled for a sale fills first",
        "what it sold is no part of what is sold",
    ),
    Row("V104", "an order is found that was sent for more than its last attempt", "followed for all of it"),
    Row(
        "V105",
        "the fee of the owner's purchase is taken from the coins, and its trade names it in money",
        "no guard shrinks, nothing is reported",
    ),
    Row(
        "V106",
        "coins are withdrawn beside such a purchase",
        "the guard shrinks by what is missing beyond the fees",
    ),
    Row(
        "V107",
        "shares are bought at exactly the average just before a breach",
        "no split: what is guarded is sold",
    ),
    Row(
        "V108",
        "Kraken answers an order, or the check before it, after seconds",
        "the next order has all its time",
    ),
    Row("V109", "listings come later than anybody waits for them", "they count for the next who needs them"),
    Row("V110", "the fee of a buy is booked hours later", "it is not missing from a guard beside it"),
    Row(
        "V135",
        "a venue refuses one of its lists of orders, or the look-up of one, for good",
        "what the others show is found; absence stays unproven, and the owner is told what the key lacks",
    ),
    Row(
        "V136",
        "the smallest order of a pair is unknown, and the venue refuses what is left as too small",
        "given up with the refusal's words after half a minute, unless it is worth ten times the usual minimum there",
    ),
    Row(
        "V138",
        "an answer of a venue is longer than any may be, or made to be slow to read",
        "no more of it is read than a listing of 4,000 pairs needs; other venues' exits are not held up",
    ),
    Row(
        "V149",
        "a list is away while a lost order is looked for",
        "its owner is told which request fails, and not that no list shows an order",
    ),
    Row(
        "V150",
        "coins go while no list answers, or go a second time, after an order was lost",
        "its search takes its ten minutes from when the lists answer, each time",
    ),
    Row(
        "V151",
        "coins that seemed sold or gone are back in the last reading of an exit",
        "it does not end: they are sold, or the next readings decide",
    ),
    Row(
        "V152",
        "an order is lost after slow answers, from which the venue's clock is known",
        "it is dated no later than it left, so its own trades are not taken for another's",
    ),
    Row(
        "V154",
        "an order stands unfilled, or looking for a lost one fails, for long",
        "it is queried less and less often: the account is read all the while, and nothing that its owner sold is sold again",
    ),
)
