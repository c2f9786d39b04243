"""Takes over the people, threads and messages of another chat."""
