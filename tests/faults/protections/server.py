"""Protections in `chatserver/server`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Background tasks are restarted",
        "chatserver/server/background.py",
        "            await asyncio.sleep(RESTART_PAUSE)",
        "            raise",
        "realtime/test_survival.py::test_a_failed_background_task_is_restarted",
    ),
    Protection(
        'A restart closes sockets as "going away"',
        "chatserver/server/app.py",
        "    app.on_shutdown.append(_close_sockets)",
        "",
        "realtime/test_survival.py::test_a_restarted_server_closes_as_going_away_and_catches_everyone_up",
    ),
    Protection(
        "A worker notices a stop request at once",
        "chatserver/server/worker.py",
        "        self._notify_waiter_done()\n",
        "",
        "server/test_ending.py::test_a_worker_notices_a_stop_request_at_once",
    ),
    Protection(
        "A small body cannot expand to a large one",
        "chatserver/server/http_server.py",
        "            auto_decompress=False,\n",
        "",
        "web/test_bodies.py::test_a_body_is_taken_as_it_comes_and_never_expanded",
    ),
    Protection(
        "An unfinished header is cut off",
        "chatserver/server/http_connection.py",
        "        super().connection_made(transport)\n        self._start_timer(self.force_close)",
        "        super().connection_made(transport)",
        "security/test_slowness.py::test_half_a_header_is_cut_off",
    ),
    Protection(
        "A graceful shutdown is not cut short",
        "chatserver/server/gunicorn_conf.py",
        "timeout = 30  #",
        "timeout = 20  #",
        "server/test_gunicorn_conf.py::test_a_worker_that_stops_gracefully_is_not_killed_for_being_slow",
    ),
    Protection(
        "No worker restarts by itself",
        "chatserver/server/gunicorn_conf.py",
        "max_requests = 0  #",
        "max_requests = 1000  #",
        "server/test_gunicorn_conf.py::test_no_worker_restarts_by_itself",
    ),
    Protection(
        "gunicorn has no control socket",
        "chatserver/server/gunicorn_conf.py",
        "control_socket_disable = True",
        "control_socket_disable = False",
        "server/test_gunicorn_conf.py::test_gunicorn_is_controlled_by_signals_alone",
    ),
]
