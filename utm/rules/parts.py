"""The parts of the rule clock and of duty, put together."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from sqlmodel import Session

from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.bus import Bus
from utm.clock import Clock
from utm.command_values import Command
from utm.commands import CommandDesk
from utm.duty.channels import Gateways, mail_authorities
from utm.duty.courier import DutyCourier
from utm.duty.desk import KIND as DUTY_CONTACT
from utm.duty.desk import DutyDesk
from utm.duty.watch import DutyWatch
from utm.fleet import Fleet
from utm.memory import Memory
from utm.plan_steps import PlanSteps
from utm.rules.applications import KIND as APPLICATION
from utm.rules.applications import ApplicationDesk
from utm.rules.approvals import Approvals
from utm.rules.authority_courier import AuthorityCourier, AuthorityEndpoint
from utm.rules.reports import KIND as REPORT
from utm.rules.reports import EventReports
from utm.rules.uom_messages import Names
from utm.security.identity import Identity
from utm.security.onboarding import KINDS
from utm.security.principal import Role
from utm.settings import Settings
from utm.standing import StandingApprovals
from utm.store.backlog import Backlog
from utm.store.store import Store

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RuleDesks:
    """Applications and approvals, event reports, and whom to reach outside the console."""

    applications: ApplicationDesk
    approvals: Approvals
    reports: EventReports
    authority: AuthorityCourier | None
    duty: DutyDesk
    duty_courier: DutyCourier
    duty_watch: DutyWatch

    def work(self) -> list["asyncio.Task[None]"]:
        """Start what runs beside the requests."""
        tasks = [asyncio.create_task(self.duty_courier.run(), name="duty")]
        if self.authority is not None:
            tasks.append(asyncio.create_task(self.authority.run(), name="authority"))
        return tasks

    def listen(self, bus: Bus) -> None:
        """Let alerts reach reports and duty staff."""
        bus.subscribe("alerts", self.reports.on_bus)
        bus.subscribe("alerts", self.duty_watch.on_alert)

    async def sweep(self) -> None:
        """Do what time calls for; once a second."""
        await self.duty_watch.sweep()


def assemble(
    *,
    settings: Settings,
    clock: Clock,
    store: Store,
    backlog: Backlog,
    bus: Bus,
    memory: Memory,
    identity: Identity,
    book: AirspaceBook,
    fleet: Fleet,
    plan_steps: PlanSteps,
    advisories: AdvisoryDesk,
    standing: StandingApprovals,
    commands: CommandDesk,
    sandbox: bool,
) -> RuleDesks:
    """Make every part and hand each what it needs. A sandbox asks no real authority."""
    endpoint = None if sandbox else endpoint_of(settings)
    applications = ApplicationDesk(clock=clock, store=store, book=book, adapter="uom" if endpoint else "manual")
    reports = EventReports(clock=clock, store=store, backlog=backlog, book=book, advisories=advisories)
    duty = DutyDesk(clock=clock, store=store, gateways=gateways_of(settings))

    def offices(role: Role) -> Collection[str]:
        found = identity.directory.organisations.all()
        return {office.organisation_id for office in found if office.kind == KINDS[role] and office.active}

    for name, keeper in ((APPLICATION, applications), (REPORT, reports), (DUTY_CONTACT, duty)):
        memory.keep(name, keeper)
        keeper.memory = memory
    bus.keep_with(applications.keep)
    bus.keep_with(reports.keep)
    plan_steps.confirmed.append(applications.confirmed)
    commands.giving.placed.append(lambda session, command: tell_of_command(session, advisories, command))
    return RuleDesks(
        applications=applications,
        approvals=Approvals(
            clock=clock, store=store, desk=applications, standing=standing, fleet=fleet, plan_steps=plan_steps
        ),
        reports=reports,
        authority=None
        if endpoint is None
        else AuthorityCourier(
            endpoint=endpoint,
            clock=clock,
            store=store,
            desk=applications,
            plan_steps=plan_steps,
            fleet=fleet,
            book=book,
        ),
        duty=duty,
        duty_courier=DutyCourier(clock=clock, store=store, desk=duty, backoff_scale=settings.webhook_backoff),
        duty_watch=DutyWatch(
            clock=clock,
            store=store,
            backlog=backlog,
            desk=duty,
            advisories=advisories,
            reports=reports,
            applications=applications,
            offices=offices,
        ),
    )


def tell_of_command(session: Session, advisories: AdvisoryDesk, command: Command) -> None:
    """Tell a firm that the centre commands one of its flights, in the job that keeps the order.

    What the service itself orders because of a contingency or a zone follows an advisory of its own.
    """
    why = command.circumstance
    if why.kind in ("own_fleet", "zone_action") or command.requested_by.startswith("system"):
        return
    said = why.reason or command.override_reason
    advisories.raise_advisory(
        session,
        organisation_id=command.organisation_id,
        kind="command",
        plan_id=command.plan_id,
        cause=None if command.plan_id is None else f"command:{command.command_id}",
        action=command.type,
        must_acknowledge=command.plan_id is not None,
        detail=f"The operations centre commands {command.aircraft_id}: {command.type} ({command.command_id})."
        + (f" Reason: {said}." if said else ""),
        detail_zh=f"运行中心对 {command.aircraft_id} 下达指令 {command.type}（{command.command_id}）。"
        + (f"理由：{said}。" if said else ""),
    )


def endpoint_of(settings: Settings) -> AuthorityEndpoint | None:
    """Return the authority's system the settings name, None without one; raises ValueError for a key that is none."""
    if settings.authority_url is None:
        return None
    key = b"" if settings.authority_key is None else bytes.fromhex(settings.authority_key.get_secret_value())
    if len(key) != 16:
        raise ValueError("HEXLANE_AUTHORITY_KEY must be the 16 bytes of an SM4 key as 32 hexadecimal digits")
    return AuthorityEndpoint(
        url=settings.authority_url,
        app_id=settings.authority_app_id,
        key=key,
        provider=settings.authority_provider,
        pace=settings.authority_pace,
        names=Names(settings.authority_names),
    )


def gateways_of(settings: Settings) -> Gateways:
    """Return how duty staff can be reached with these settings; raises ValueError for a file of authorities that is none."""
    mail_authorities(settings.smtp_ca)
    return Gateways(
        allow_private=settings.webhook_private or settings.demo,
        smtp_host=settings.smtp_host,
        smtp_port=settings.smtp_port,
        smtp_security=settings.smtp_security,
        smtp_user=settings.smtp_user,
        smtp_password=settings.smtp_password,
        smtp_from=settings.smtp_from,
        smtp_ca=settings.smtp_ca,
        sms_url=settings.sms_url,
        sms_key=settings.sms_key,
    )
