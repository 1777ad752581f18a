"""The engine of production: Celery carries the doorbell, the database holds the truth.

A message is only a wake-up: bookkeeping.claim decides who grades, so a message that comes twice does no harm and one
that is lost is rung again by the reconciler.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_shutdown, worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")

QUEUES = ("score", "cpu", "gpu")

app = Celery("judge")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    imports=("judge.tasks",),
    broker_connection_retry_on_startup=True,
    task_default_queue="score",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    # Longer than any run: until then Redis must not hand a message to a second worker.
    broker_transport_options={"visibility_timeout": 6 * 3600},
    beat_schedule={"reconcile": {"task": "judge.tasks.reconcile", "schedule": 60.0}},
)


@worker_ready.connect
def _announce(sender: Any, **kwargs: Any) -> None:
    from judge import signs_of_life, sweeping

    queues = sorted(queue.name for queue in sender.task_consumer.queues)
    announcer = signs_of_life.Announcer(queues, worker=sender.hostname)
    worker_shutdown.connect(lambda **kwargs: announcer.leave(), weak=False)
    sweeping.keep_sweeping()


@worker_process_shutdown.connect
def _close_sandbox(**kwargs: Any) -> None:
    """Each process of a worker has started its own containers and interpreters ahead."""
    from judge import signs_of_life

    signs_of_life.close_sandbox()
