"""Vitrine: product images of a shop, spoken in several platforms' dialects over one catalogue."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Nothing that a starting function makes is garbage: looking for it takes a tenth of the time.
    # `environment.prepare` starts the collector again.
    gc.disable()
