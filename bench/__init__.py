"""How fast the stores are, and how fast and how strong the suite: ``python -m bench``.

What can be compared is measured side by side in one run, on the same records and calls, the
contenders taking turns; so it is the ratios that count, and they hold on another machine as well.
"""
