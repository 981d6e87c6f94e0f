"""The columns of `images.csv` that say what a store view overrides: `view.<code>.<field>`."""

from vitrine.domain.images import ViewFacts

VIEW_FIELDS = ("label", "position", "excluded", "roles", "removed")


def view_cells(code: str, facts: ViewFacts, roles: frozenset[str] | None) -> dict[str, str]:
    """The cells of one store view, by column; none if it overrides nothing.

    `overrides` names the fields, because an empty label and no role are values too. A position is
    OpenMage's, which is the sort plus one.

    Args:
        code: the view's code.
        facts: what it overrides in the record of the image.
        roles: all roles of the image there; None for the global ones.
    """
    cells = {}
    if facts.label is not None:
        cells["label"] = facts.label
    if facts.sort is not None:
        cells["position"] = str(facts.sort + 1)
    if facts.excluded is not None:
        cells["excluded"] = yes_or_no(facts.excluded)
    if roles is not None:
        cells["roles"] = "|".join(sorted(roles))
    if facts.removed:
        cells["removed"] = yes_or_no(facts.removed)
    if cells:
        cells["overrides"] = "|".join(cells)
    return {f"view.{code}.{name}": text for name, text in cells.items()}


def yes_or_no(value: bool) -> str:
    """The cell of a flag."""
    return "yes" if value else "no"
