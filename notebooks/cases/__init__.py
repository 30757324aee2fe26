"""The three real cases as scenarios, made from their data; used by the notebooks and by the tests."""
