"""Print the CloudFormation template that the SAM translator makes of template.yaml.

The translator needs another botocore than Vitrine does, so this runs on the Python of the tool
group `emulator`: `.vitrine/tools/emulator/bin/python tests/transform.py`.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[1]
BUILT = "s3://bucket/"  # where `sam deploy` uploads code; the translator accepts no folders


class NoManagedPolicies:
    """The names of managed policies, of which the template uses none."""

    def load(self) -> dict[str, str]:
        """Names and ARNs of policies."""
        return {}


def main(values: dict[str, str]) -> None:
    """Print the transformed template.

    Args:
        values: values of parameters by name; others have their defaults.
    """
    logging.disable()  # it logs which of its own features are off
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in {"CodeUri", "ContentUri"} & properties.keys():
            properties[name] = BUILT + properties[name].strip("/")
    json.dump(transform(template, values, NoManagedPolicies()), sys.stdout)


if __name__ == "__main__":
    main(dict(each.split("=", 1) for each in sys.argv[1:]))
