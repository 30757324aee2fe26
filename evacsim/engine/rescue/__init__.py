"""Rescue (抢险救援): who is in need, who hears of it, who looks, who goes, and what comes of it.

in need - (call, passer-by, patrol) - a case for headquarters - (dispatch) - a craft on its way - found - aboard -
ashore. Headquarters knows cases; only `need` and the craft at the place know people.
"""
