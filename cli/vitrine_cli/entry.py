"""The beginning of the `vitrine` command: Ctrl-C is answered while its modules are still loaded."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C ends it with one line and status 130."""
    try:
        from vitrine_cli.app import main as run  # takes most of the time until the command begins

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(_INTERRUPTED)
