"""OpenMage's product images, `/api/rest` (seed; contract: openmage)."""
