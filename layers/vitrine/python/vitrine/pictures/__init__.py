"""Pictures as bytes: inspection, removal of metadata, resizing. Nothing here stores anything."""
