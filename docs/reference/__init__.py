"""The generator of the OpenAPI files in docs/openapi/. Run it with `python -m docs.reference`."""
