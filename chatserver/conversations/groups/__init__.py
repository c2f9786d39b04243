"""Groups: threads whose people may change.

`creation.py` makes them, `acts.py` changes them, `publishing.py` tells their people, `page.py` lists these. Each act is
one statement under the thread's lock (`sql/queries/group_changes.sql`), so that it stands before or behind every
message for everybody; what is so already is no act, and two owners who remove each other end as one.
"""
