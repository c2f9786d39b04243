"""People of another site: who they are there, what it says of them, and the tokens by which they sign in."""
