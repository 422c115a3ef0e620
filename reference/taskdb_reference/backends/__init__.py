"""The backend declarations that ``taskdb check`` finds by name.

One module for each package that a store needs, so that a check imports only what it uses.
"""
