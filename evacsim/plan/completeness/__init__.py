"""What is missing in a plan (完备性): one small check for each clause, on the plan as it stands, without a run."""
