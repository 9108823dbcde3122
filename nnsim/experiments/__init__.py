"""Many runs: seeds."""
