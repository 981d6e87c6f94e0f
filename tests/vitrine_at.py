"""Runs the command of the project with its own folder `.vitrine`, as on another machine."""

import sys
from pathlib import Path

from vitrine_cli.local import workspace

if __name__ == "__main__":
    workspace.HOME = Path(sys.argv.pop(1))
    from vitrine_cli.app import main

    main()
