"""The scenario as numbers: ids become rows, people are drawn, columns are built once."""
