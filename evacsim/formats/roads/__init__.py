"""Road networks in other people's formats: one module per format, all giving a `RawNetwork`."""
