"""Does the plan hold (预案检验): what is missing in it, what cannot work, how sure it is, why, and what would help."""
