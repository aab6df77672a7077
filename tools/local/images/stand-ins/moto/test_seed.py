import json
import unittest

from seed import SeedError, apply_seed, read_seed


class RecordingClient:
    """Stands in for boto3: remembers what was asked of each service."""

    def __init__(self, service, calls):
        self.service = service
        self.calls = calls
        self.meta = type("Meta", (), {"region_name": "eu-central-1"})

    def __getattr__(self, operation):
        return lambda **arguments: self.calls.append((self.service, operation, arguments))


class Seed(unittest.TestCase):
    def test_values_come_from_the_environment(self):
        seed = read_seed('{"secrets": {"a": {"url": "x:${PASSWORD}@y"}}}', {"PASSWORD": "p"})
        self.assertEqual(seed, {"secrets": {"a": {"url": "x:p@y"}}})

    def test_an_unset_name_is_an_error_that_names_it(self):
        with self.assertRaisesRegex(SeedError, "PASSWORD"):
            read_seed('{"secrets": {"a": {"b": "${PASSWORD}"}}}', {})

    def test_a_misspelt_part_is_an_error(self):
        with self.assertRaisesRegex(SeedError, "secret"):
            read_seed('{"secret": {}}', {})

    def test_everything_in_the_seed_is_created(self):
        calls = []
        seed = {"secrets": {"s": {"k": "v"}}, "databases": ["d"], "buckets": ["b"]}
        apply_seed(seed, lambda service: RecordingClient(service, calls))
        self.assertEqual([call[:2] for call in calls], [
            ("secretsmanager", "create_secret"),
            ("rds", "create_db_instance"),
            ("s3", "create_bucket"),
        ])
        self.assertEqual(json.loads(calls[0][2]["SecretString"]), {"k": "v"})
        self.assertEqual(calls[1][2]["DBInstanceIdentifier"], "d")
        self.assertEqual(calls[2][2]["CreateBucketConfiguration"], {"LocationConstraint": "eu-central-1"})


if __name__ == "__main__":
    unittest.main()
