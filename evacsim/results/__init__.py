"""What happened: the record of a run and its store on disk."""
