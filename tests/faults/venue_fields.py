"""Faults of single fields in what a venue answers."""

from tests.faults.row import Row

VENUE_FIELDS = (
    Row(
        "V119",
        "a guarded pair's listing has an odd field, is odd or is missing",
        "sold all the same: what cannot be read is unknown, or as it was listed before",
    ),
    Row(
        "V124",
        "a field is missing or odd that no sale needs: a sum, an average price, a time, a class",
        "what is held stays known, watched and sold; the rest is unknown",
    ),
    Row(
        "V125",
        "a refusal speaks of a minimum that is not the order's: of equity, of an increment",
        "tried on and told in the venue's words; no guard ends",
    ),
)
