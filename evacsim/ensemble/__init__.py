"""Many runs: how sure their shares, quantiles and curves are, and whether a limit is kept."""
