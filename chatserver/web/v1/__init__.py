"""The API for other programs of the site, `/messages/api/v1/`: a key opens it, and no cookie does.

`door.py` checks the key and its scope, `bodies.py` reads the JSON, `routes.py` has the addresses; the calls are in
`users.py`, `threads.py`, `groups.py` and `messages.py`.
"""
