"""The safety net: what the next minute brings, seen from the picture; pure and vectorised over all rows.

`motion` predicts, `separation` finds predicted losses of separation, `zones` finds flights in or about to enter zones,
`health` finds links, data, batteries and positions that cannot be trusted, `monitor` puts them together once a tick.
"""
