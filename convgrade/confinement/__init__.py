"""The box itself: its layers, and the launcher; `convgrade.confine` says what it is."""
