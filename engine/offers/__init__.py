"""Questions with a button: shown, stored, claimed once, checked again, acted on."""
