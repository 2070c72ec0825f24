"""The service's counters as Prometheus metrics: what each is called, what it means, which of them only grow.

docs/metrics.md is the list for people; a test holds the two together. Names end in `_total` for counters, in the unit for
everything measured.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from utm.services import Services

LIVE: Final[Mapping[str, str]] = {
    "ticks": "Ticks of the live feed.",
    "late_ticks": "Ticks left out because the process fell behind by more than one.",
    "failed_ticks": "Ticks that ended with an error.",
    "events": "Events published: alerts, plans, zones, commands, orders.",
    "messages": "Messages taken by clients' connections for sending.",
    "message_bytes": "Bytes of those messages.",
    "skipped_batches": "Position batches that slow clients skipped; they got newer positions instead.",
    "mailbox_overflows": "Clients disconnected because events piled up unread.",
}
RECORDING: Final[Mapping[str, str]] = {
    "batches": "Batches of accepted positions handed to the recorder.",
    "observations": "Positions written down.",
    "rows": "Rows written down: positions, and what each tick showed.",
    "events": "Events written down.",
    "bytes": "Bytes appended to open files.",
    "flushes": "Appends that were synced to disk.",
    "failed_flushes": "Appends that failed and are tried again.",
    "slices_sealed": "Slices packed into segments.",
    "rows_given_up": "Rows dropped because a failing disk left too many waiting.",
}
PICTURE: Final[Mapping[str, str]] = {
    "accepted": "Positions taken into the picture.",
    "duplicate": "Positions of an instant the track already held.",
    "out_of_order": "Positions older than the newest of their track.",
    "out_of_range": "Positions with a value outside its range.",
    "no_position": "Reports at 0, 0, which mean that the sender has no position.",
    "too_old": "Positions observed longer ago than the picture keeps.",
    "clock_ahead": "Positions stamped in the future, taken as observed on arrival.",
}
BRIDGE: Final[Mapping[str, str]] = {
    "bytes_received": "Bytes received on all links.",
    "datagrams": "Datagrams received.",
    "frames": "MAVLink frames received whole.",
    "lost": "Frames lost on the way, by the gaps in each vehicle's sequence numbers.",
    "late": "Frames that came after newer ones.",
    "duplicates": "Frames that came again.",
    "bad_crc": "Frames with a wrong checksum.",
    "bad_signature": "Frames whose signature does not hold.",
    "replayed": "Signed frames with a timestamp seen before.",
    "udp_kernel_drops": "Datagrams the kernel dropped because they were read too slowly.",
    "links_lost": "Vehicles that fell silent.",
    "reboots": "Vehicles that restarted, by their time since boot.",
    "dropped_bytes": "Bytes between frames that belonged to none.",
    "truncated": "Frames cut off by the end of their datagram.",
    "gave_up": "Datagrams left unread after too many broken frames in them.",
    "unknown_messages": "Whole frames of messages this build does not know.",
    "unsigned_refused": "Unsigned frames of vehicles that must sign.",
    "signed_unverified": "Signed frames of vehicles whose key is not known.",
    "peers": "Addresses heard of late.",
    "peers_evicted": "Addresses forgotten to make room for others.",
    "peers_refused": "Addresses not listened to, because there were too many.",
    "vehicles": "Vehicles known.",
    "vehicles_refused": "Vehicles not listened to, because their address spoke for too many.",
    "vehicles_forgotten": "Vehicles forgotten after long silence.",
    "frames_of_strangers": "Frames of system ids that have not yet sent a heartbeat.",
    "adsb_echoes": "Traffic reports that were one of our own vehicles.",
    "heartbeats_of_others": "Heartbeats of what is no vehicle, and of vehicles refused.",
    "sent_messages": "Messages sent to vehicles.",
    "send_failures": "Messages that could not be sent.",
    "subscriber_errors": "Batches of events that a part of the service failed to take.",
    "event_batches": "Batches of events handed on.",
    "timesync_answers": "Answers to our questions for a vehicle's clock.",
    "timesync_ignored": "Such answers that came too late or to no question of ours.",
    "udp_receive_errors": "Reads of the UDP socket that failed.",
    "udp_send_errors": "Datagrams the system refused to send.",
    "udp_send_blocked": "Datagrams not sent because the socket was full.",
    "udp_receive_buffer_bytes": "Size of the UDP socket's receive buffer.",
}
"""Those that need words; the others are told by their names."""
TELEMETRY: Final[Mapping[str, str]] = {
    "events_ignored": "Events of the bridge that the picture has no use for.",
    "tracks_refused": "Tracks not opened because the picture was full.",
    "foreign_too_old": "Reports of aircraft heard by receivers that were too old to say where they are.",
    "foreign_own_echo": "Such reports that were one of our own aircraft.",
    "tracks_restored": "Tracks shown again after the start, as the last process saw them.",
    "callback_failures": "Parts of the service that failed when told of a change.",
}
ALERTS: Final[Mapping[str, str]] = {
    "raised": "Alerts raised.",
    "resolved": "Alerts resolved, by the system or a person.",
    "escalated": "Alerts escalated.",
    "store_failures": "Batches of steps that could not be stored and are tried again.",
    "steps_dropped": "Steps lost because the store failed for too long.",
}
WATCH: Final[Mapping[str, str]] = {
    "analyses": "Analyses of the picture.",
    "analyses_failed": "Analyses that ended with an error.",
    "analyses_late": "Analyses left out because the one before took too long.",
}
IDENTIFICATION: Final[Mapping[str, str]] = {
    "packets": "Identification packets decoded (GB 46750).",
    "accepted": "Identification packets that became positions.",
}
REPORT: Final[Mapping[str, str]] = {
    "recorded": "Records taken down for the platform reported to.",
    "delivered": "Records the platform has taken.",
    "failed_requests": "Requests to the platform that got no answer.",
    "refused_requests": "Requests the platform answered with an error.",
    "spool_failures": "Times records could not be written to disk.",
    "lost": "Records dropped undelivered because the spool was full.",
}
_BRIDGE_LEVELS: Final = frozenset({"peers", "vehicles", "udp_receive_buffer_bytes"})


def page(services: Services) -> bytes:
    """Return all metrics of a server in the Prometheus text format."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Metrics(services))
    return generate_latest(registry)


class _Metrics(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """Return every metric, read at this moment."""
        groups: tuple[Callable[[], Iterator[Metric]], ...] = (
            self._sky,
            self._bridge,
            self._picture,
            self._live,
            self._recording,
            self._alerts,
            self._identification,
            self._report,
        )
        for group in groups:
            yield from group()

    def _sky(self) -> Iterator[Metric]:
        services = self._services
        yield _gauge("hexlane_live_plans", "Plans that reserve airspace.", len(services.sky))
        yield _gauge("hexlane_zones", "Zones in force.", len(services.book.zones))

    def _bridge(self) -> Iterator[Metric]:
        for name, value in self._services.bridge.counters().items():
            text = BRIDGE.get(name, f"MAVLink bridge: {name.replace('_', ' ')}.")
            if name in _BRIDGE_LEVELS:
                yield _gauge(f"hexlane_bridge_{name}", text, value)
            else:
                yield _counter(f"hexlane_bridge_{name}", text, value)

    def _picture(self) -> Iterator[Metric]:
        services = self._services
        clock = services.time_watch.state()
        yield _gauge("hexlane_clock_believed", "Whether the server's clock is believed.", int(clock.ok))
        off = "How far the clock is off, as far as that is known."
        yield _gauge("hexlane_clock_offset_seconds", off, clock.offset_s or 0.0)
        yield _gauge("hexlane_picture_tracks", "Tracks in the picture.", int(services.picture.alive.sum()))
        yield from _counters("hexlane_picture", services.picture.counters, PICTURE)
        yield from _counters("hexlane_telemetry", services.telemetry.counters, TELEMETRY)

    def _live(self) -> Iterator[Metric]:
        hub = self._services.hub
        yield _gauge("hexlane_live_clients", "Connections to the live feed.", hub.clients)
        yield _gauge("hexlane_live_views", "Different areas and audiences they share.", hub.views)
        yield _gauge("hexlane_live_tick_seconds", "How long the last tick of the feed took.", hub.last_tick_ms / 1000.0)
        yield from _counters("hexlane_live", hub.counters, LIVE)

    def _recording(self) -> Iterator[Metric]:
        recorder = self._services.recording.recorder
        on = "Whether positions and events are recorded."
        yield _gauge("hexlane_recording_on", on, int(recorder is not None))
        yield _gauge("hexlane_recording_replays", "Replays running.", self._services.recording.replays)
        if recorder is None:
            return
        lag = "Age of the oldest thing recorded that is not on disk yet."
        yield _gauge("hexlane_recording_flush_lag_seconds", lag, recorder.flush_lag_s)
        waiting = "Rows held in memory until their slice is sealed."
        yield _gauge("hexlane_recording_unsealed_rows", waiting, recorder.unsealed_rows)
        yield from _counters("hexlane_recording", recorder.counters, RECORDING)

    def _alerts(self) -> Iterator[Metric]:
        services = self._services
        analysis = "How long the last analysis of the picture took."
        yield _gauge("hexlane_analysis_seconds", analysis, services.watch.last_ms / 1000.0)
        yield from _counters("hexlane_alerts", services.alerts.counters, ALERTS)
        yield from _counters("hexlane_watch", services.watch.counters, WATCH)

    def _identification(self) -> Iterator[Metric]:
        desk = self._services.identification
        yield from _counters("hexlane_identification", desk.counters, IDENTIFICATION)
        for name, text, counts in (
            ("refused", "Identification packets refused, and bytes that are none, by code.", desk.refused),
            ("flagged", "Identification packets that reported an emergency or a failure, by code.", desk.flagged),
        ):
            family = CounterMetricFamily(f"hexlane_identification_{name}", text, labels=["code"])
            for code, count in sorted(counts.items()):
                family.add_metric([code], count)
            yield family

    def _report(self) -> Iterator[Metric]:
        reporter = self._services.reporter
        yield _gauge("hexlane_report_on", "Whether dynamics are reported to a platform.", int(reporter.enabled))
        yield _gauge(
            "hexlane_report_connected", "Whether the last request reached the platform.", int(reporter.connected)
        )
        yield _gauge("hexlane_report_pending", "Records waiting to be delivered.", reporter.pending)
        yield _gauge("hexlane_report_spool_bytes", "Disk the waiting records take.", reporter.spool_bytes)
        yield from _counters("hexlane_report", reporter.measures(), REPORT)


def _counters(prefix: str, values: Mapping[str, float], texts: Mapping[str, str]) -> Iterator[Metric]:
    for name, value in values.items():
        yield _counter(f"{prefix}_{name}", texts.get(name, f"Count of {name.replace('_', ' ')}."), value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
