"""Write docs/openapi/<dialect>.json for every dialect."""

from docs.reference.documents import FOLDER, document, rendered

from gateway.dialects import NAMES


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        (FOLDER / f"{name}.json").write_text(rendered(document(name)))


if __name__ == "__main__":
    main()
