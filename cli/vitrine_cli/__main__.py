"""Run the `vitrine` command with `python -m vitrine_cli`."""

from vitrine_cli.entry import main

main()
