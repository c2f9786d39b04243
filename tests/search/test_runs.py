"""Which messages become a piece of the index."""

from chatserver.search.runs import Behind, ChangedPiece, Run, next_runs, runs_of_changes


def test_a_run_that_fills_a_piece_begins_where_the_piece_does() -> None:
    assert next_runs(Behind(7, 60, 0, 600, 0), 999) == ([Run(7, 1, 256), Run(7, 257, 512), Run(7, 513, 600)], 600)
    assert next_runs(Behind(7, 60, 0, 63, 0), 500) == ([Run(7, 61, 63)], 63)


def test_where_more_messages_wait_no_piece_is_left_to_be_indexed_again() -> None:
    assert next_runs(Behind(7, 60, 0, 600, 0), 500) == ([Run(7, 1, 256), Run(7, 257, 512)], 512)
    assert next_runs(Behind(7, 0, 0, 200, 0), 50) == ([Run(7, 1, 50)], 50)


def test_very_long_messages_are_not_indexed_again_to_fill_a_piece() -> None:
    assert next_runs(Behind(7, 252, 0, 260, 0), 8) == ([Run(7, 253, 256), Run(7, 257, 260)], 260)


def test_pieces_with_changed_messages_are_indexed_again_once_and_not_too_many() -> None:
    changed = [ChangedPiece(1, 1, 64), ChangedPiece(3, 1, 64), ChangedPiece(4, None, None), ChangedPiece(5, 65, 128)]
    assert runs_of_changes(Behind(7, 128, 0, 128, 9), changed, 100) == ([Run(7, 1, 64), Run(7, 65, 128)], 9)
    assert runs_of_changes(Behind(7, 128, 0, 128, 9), changed, 4) == ([Run(7, 1, 64)], 4)
