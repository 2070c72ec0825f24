"""What the process that becomes the tests' servers has loaded before: the service whole and its compiled kernels.

Importing this takes as long as starting a server did; nothing in it starts a thread or keeps a file open.
"""

import importlib
import pkgutil
import tempfile
from pathlib import Path

import airspace
import dispatch
import mavlink_bridge
import utm
from airspace import deconfliction
from airspace.tactical import monitor
from mavlink_bridge.columns import LinkColumns, StreamColumns, VehicleColumns
from mavlink_bridge.lane import Lane
from utm.app import create_app
from utm.recording import codec
from utm.settings import Settings

for _package in (airspace, dispatch, mavlink_bridge, utm):
    for _found in pkgutil.walk_packages(_package.__path__, _package.__name__ + "."):
        if "migrations" not in _found.name and not _found.name.endswith("__main__"):
            importlib.import_module(_found.name)

deconfliction.warm()
monitor.warm()
codec.warm()
Lane(LinkColumns(), StreamColumns(), VehicleColumns()).warm()
with tempfile.TemporaryDirectory() as _folder:
    create_app(Settings(data_dir=Path(_folder), demo=True, mavlink_udp_port=None))
