"""What can go wrong with a buy on its way to the guard of what it brings."""

from tests.faults.row import Row

BUYS = (
    Row(
        "V155",
        "the answer to a buy is lost, with or without the process",
        "it is found, guarded and told once; nothing is sent twice",
    ),
    Row("V156", "a buy never arrives", "it is given up and told as Not bought, its cash is free again"),
    Row(
        "V157",
        "a buy fills in parts, or ends short of what was ordered",
        "each part is guarded with the step that books it",
    ),
    Row("V158", "a buy that was given up fills all the same", "it is guarded and told once"),
    Row(
        "V159",
        "a reading of before a buy is compared after it",
        "nothing comes off the guard that covers it; the next reading is compared",
    ),
    Row(
        "V160",
        "what was bought falls to its stop within a minute of the first reading that shows it",
        "all of it is sold",
    ),
    Row(
        "V161",
        "an exit overtakes the number of a buy's order",
        "the order takes another number, and goes once",
    ),
    Row(
        "V162",
        "the first part of a buy falls to its stop while the rest still fills",
        "that part is sold, the rest has a guard of its own",
    ),
    Row(
        "V163",
        "the order of a buy fills on after it was reported as over",
        "what came is guarded, and told once with the order's totals",
    ),
)
