"""Questions with a button: shown, stored, used once, checked again, acted on."""
