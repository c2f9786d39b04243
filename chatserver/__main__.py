"""`python -m chatserver`: Ctrl-C ends it without a traceback, even during start-up."""

import signal
import sys

signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

from chatserver.cli.main import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
