"""The failures that are rehearsed: each is caused, and repaired again."""

import time
from dataclasses import dataclass, field

from hosts import wait_until


@dataclass
class Fault:
    """A failure of one host."""

    kind: str
    host: object
    began: float = field(default_factory=time.monotonic)


DESCRIPTIONS = {
    "kill": "kill -9 of PostgreSQL and Patroni on the primary",
    "freeze": "all processes of the primary are stopped",
    "partition": "the network drops every packet from and to the primary",
    "switchover": "a planned switchover",
    "crash": "kill -9 of PostgreSQL on the primary, while Patroni continues",
    "standby": "kill -9 of PostgreSQL and Patroni on a standby",
}


def cause(kind, cluster):
    """Causes a failure on a cluster that is whole."""
    primary, standby = cluster.primary(), cluster.synchronous_standby()
    fault = Fault(kind, standby if kind == "standby" else primary)
    if kind in ("kill", "standby"):
        cluster.kill(fault.host)
    elif kind == "crash":
        cluster.crash(fault.host)
    elif kind == "freeze":
        fault.host.freeze()
    elif kind == "partition":
        fault.host.cut()
    elif kind == "switchover":
        cluster.switch_over(primary, standby)
    return fault


def repair(fault, cluster):
    """Repairs a failure; returns the seconds until the cluster is whole."""
    began = time.monotonic()
    if fault.kind in ("kill", "standby"):
        cluster.start_patroni(fault.host)
    elif fault.kind == "freeze":
        fault.host.thaw()
    elif fault.kind == "partition":
        fault.host.connect()
    wait_until("the cluster is whole", cluster.is_whole, 600, 0.5)
    return time.monotonic() - began
