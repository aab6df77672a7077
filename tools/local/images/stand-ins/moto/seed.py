"""Puts the seed into a running moto: secrets, database instances, buckets.

The seed is JSON: {"secrets": {name: {key: value}}, "databases": [identifier], "buckets": [name]}.
`${NAME}` inside a value is replaced from the environment; an unset name is an error, so that no
secret is ever seeded half empty.
"""

import json
import string
from typing import Any


class SeedError(Exception):
    """The seed cannot be used; the message says which part and why."""


def read_seed(text: str, environment: dict[str, str]) -> dict[str, Any]:
    """Parses the seed and fills in `${NAME}` from the environment. Raises SeedError."""
    try:
        filled = string.Template(text).substitute(environment)
    except KeyError as missing:
        raise SeedError(f"seed.json uses {missing}, which is not in the environment") from None
    try:
        seed = json.loads(filled)
    except json.JSONDecodeError as error:
        raise SeedError(f"seed.json is not JSON: {error}") from None
    unknown = set(seed) - {"secrets", "databases", "buckets"}
    if unknown:
        raise SeedError(f"seed.json has unknown parts: {', '.join(sorted(unknown))}")
    return seed


def apply_seed(seed: dict[str, Any], client: Any) -> None:
    """Creates everything in the seed. `client(service)` gives a boto3 client of that service."""
    secrets = client("secretsmanager")
    for name, value in seed.get("secrets", {}).items():
        secrets.create_secret(Name=name, SecretString=json.dumps(value))
    databases = client("rds")
    for identifier in seed.get("databases", []):
        databases.create_db_instance(
            DBInstanceIdentifier=identifier,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="appname",
            MasterUserPassword="unused-by-the-stand-in",
        )
    buckets = client("s3")
    for name in seed.get("buckets", []):
        region = buckets.meta.region_name
        buckets.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
