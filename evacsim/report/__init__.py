"""What people read: the HTML report, figures for notebooks, tables for the terminal."""
