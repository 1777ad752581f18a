"""`manage.py bucket`: makes the bucket of JUDGE_S3_BUCKET where it is missing; without one, files are kept locally."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from django.core.files.storage import storages
from django.core.management.base import BaseCommand
from storages.backends.s3 import S3Storage

MISSING = ("404", "NoSuchBucket")


class Command(BaseCommand):
    help = "Make the bucket for handed-in files where it is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        storage = storages["default"]
        if not isinstance(storage, S3Storage):
            self.stdout.write("no bucket is configured: files lie in the data folder")
            return
        name = str(storage.bucket_name)
        client = storage.connection.meta.client
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            client.create_bucket(Bucket=name, **_location(client.meta.region_name))
            self.stdout.write(f"made the bucket {name}")
        else:
            self.stdout.write(f"the bucket {name} is there")


def _location(region: str) -> dict[str, Any]:
    """Return what S3 wants to hear of every region but its first."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
