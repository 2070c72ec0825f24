"""A method for every operation of the API, without and with `await`. Made by `python -m utm.client_codegen` from the OpenAPI document. Do not edit."""

# ruff: noqa: E501

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from utm.client import models


class Operations(ABC):
    """The operations that wait for their answer."""

    @abstractmethod
    def _call(self, method: str, path_template: str, **more: Any) -> Any:
        """Send a request and return the answer as its type."""

    def accept_contingency(
        self, contingency_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.Contingency:
        """Accept a proposed contingency."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/contingencies/{contingency_id}/accept",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            body=body,
            idempotent=False,
        )

    def accept_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Take what is offered."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/accept",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    def acknowledge_advisory(self, advisory_id: str | int) -> models.Advisory:
        """Acknowledge an advisory."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/advisories/{advisory_id}/acknowledge",
            results={200: models.Advisory},
            path={"advisory_id": advisory_id},
            idempotent=False,
        )

    def acknowledge_alert(
        self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]
    ) -> models.AlertItem:
        """Say that somebody has seen it."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/acknowledge",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    def activate_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Start the flight."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/activate",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    def add_credential(
        self, client_id: str | int, body: models.CredentialBody | Mapping[str, Any]
    ) -> models.NewCredential:
        """Add a credential."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients/{client_id}/credentials",
            results={201: models.NewCredential},
            path={"client_id": client_id},
            body=body,
            idempotent=False,
        )

    def add_result(self, plan_id: str | int, body: models.ResultBody | Mapping[str, Any]) -> models.FlightResult:
        """Add a result of a flight."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/results",
            results={201: models.FlightResult},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    def approve_application(
        self, application_id: str | int, body: models.ApprovalBody | Mapping[str, Any]
    ) -> models.ApplicationDetail:
        """Let a firm in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/approve",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            body=body,
            idempotent=False,
        )

    def assign_sectors(self, body: models.AssignmentsBody | Mapping[str, Any]) -> models.SectorLayout:
        """Combine or split sectors."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/sectors/assignments",
            results={200: models.SectorLayout},
            body=body,
            idempotent=False,
        )

    def authorize_oauth(self, body: bytes, *, content_type: str | None = None) -> None:
        """Answer the sign-in page."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/oauth/authorize",
            results={},
            body=body,
            content_type=content_type,
            idempotent=False,
        )

    def book_mission(self, body: models.MissionBody | Mapping[str, Any]) -> models.MissionWithPlan:
        """Book a flight whole."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions",
            results={201: models.MissionWithPlan},
            body=body,
            idempotent=False,
        )

    def cancel_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Give up a plan."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/cancel",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    def cancel_mission(self, mission_id: str | int) -> models.Mission:
        """Give a mission up."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions/{mission_id}/cancel",
            results={200: models.Mission},
            path={"mission_id": mission_id},
            idempotent=False,
        )

    def cancel_order(self, order_id: str | int) -> models.Order:
        """Cancel an order."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/cancel",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    def change_aircraft(
        self, aircraft_id: str | int, body: models.AircraftPatch | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.AircraftAnswer:
        """Change an aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/aircraft/{aircraft_id}",
            results={200: models.AircraftAnswer},
            path={"aircraft_id": aircraft_id},
            headers={"if-match": if_match},
            body=body,
            idempotent=False,
        )

    def change_battery(self, battery_id: str | int, body: models.BatteryPatch | Mapping[str, Any]) -> models.Battery:
        """Change a battery."""
        return self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/batteries/{battery_id}",
            results={200: models.Battery},
            path={"battery_id": battery_id},
            body=body,
            idempotent=False,
        )

    def change_crew(self, crew_id: str | int, body: models.CrewPatch | Mapping[str, Any]) -> models.Crew:
        """Change a crew."""
        return self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/crews/{crew_id}",
            results={200: models.Crew},
            path={"crew_id": crew_id},
            body=body,
            idempotent=False,
        )

    def change_duty_contact(
        self, contact_id: str | int, body: models.DutyContactPatch | Mapping[str, Any]
    ) -> models.DutyContactShown:
        """Change a contact."""
        return self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/duty/contacts/{contact_id}",
            results={200: models.DutyContactShown},
            path={"contact_id": contact_id},
            body=body,
            idempotent=False,
        )

    def change_webhook(self, webhook_id: str | int, body: models.WebhookPatch | Mapping[str, Any]) -> models.Webhook:
        """Change a webhook."""
        return self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/webhooks/{webhook_id}",
            results={200: models.Webhook},
            path={"webhook_id": webhook_id},
            body=body,
            idempotent=False,
        )

    def check_alternative(
        self, plan_id: str | int, body: models.AlternativeBody | Mapping[str, Any]
    ) -> models.AlternativeAnswer:
        """Judge an alternative."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/alternative/check",
            results={200: models.AlternativeAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=True,
        )

    def check_command(
        self, aircraft_id: str | int, body: models.CommandBody | Mapping[str, Any]
    ) -> models.CommandCheck:
        """What an order would do."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft/{aircraft_id}/commands/check",
            results={200: models.CommandCheck},
            path={"aircraft_id": aircraft_id},
            body=body,
            idempotent=True,
        )

    def check_flight_plan(self, body: models.FlightPlanBody | Mapping[str, Any]) -> models.CheckedPlan:
        """Judge a plan without filing it."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/check",
            results={200: models.CheckedPlan},
            body=body,
            idempotent=True,
        )

    def close_checklist(
        self, checklist_id: str | int, body: models.ChecklistCloseBody | Mapping[str, Any]
    ) -> models.Checklist:
        """Close a checklist."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists/{checklist_id}/close",
            results={200: models.Checklist},
            path={"checklist_id": checklist_id},
            body=body,
            idempotent=False,
        )

    def close_position(self, position_id: str | int) -> None:
        """Close a position."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/positions/{position_id}",
            results={204: None},
            path={"position_id": position_id},
            idempotent=True,
        )

    def close_sandbox(self, organisation_id: str | int) -> None:
        """Give a sandbox up."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/sandboxes/{organisation_id}",
            results={204: None},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    def confirm_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Report readiness."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/confirm",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    def confirm_mission(self, mission_id: str | int) -> models.Mission:
        """Confirm a held booking."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions/{mission_id}/confirm",
            results={200: models.Mission},
            path={"mission_id": mission_id},
            idempotent=False,
        )

    def confirm_session_totp(self, body: models.CodeBody | Mapping[str, Any]) -> models.ConfirmAnswer:
        """Switch the second factor on."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/totp/confirm",
            results={200: models.ConfirmAnswer},
            body=body,
            idempotent=False,
        )

    def contacts_duty(self, body: models.DutyContactBody | Mapping[str, Any]) -> models.NewDutyContact:
        """Add a contact."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/contacts",
            results={201: models.NewDutyContact},
            body=body,
            idempotent=False,
        )

    def create_application(self, body: models.ApplicationBody | Mapping[str, Any]) -> models.NewApplication:
        """Apply."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications",
            results={202: models.NewApplication},
            body=body,
            idempotent=False,
        )

    def create_battery(self, body: models.BatteryBody | Mapping[str, Any]) -> models.Battery:
        """Add a battery."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/batteries",
            results={201: models.Battery},
            body=body,
            idempotent=False,
        )

    def create_client(self, body: models.ClientBody | Mapping[str, Any]) -> models.NewClient:
        """Bring a client in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients",
            results={201: models.NewClient},
            body=body,
            idempotent=False,
        )

    def create_crew(self, body: models.CrewBody | Mapping[str, Any]) -> models.Crew:
        """Add a crew."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/crews",
            results={201: models.Crew},
            body=body,
            idempotent=False,
        )

    def create_demo_fault(self, body: models.DemoFaultBody | Mapping[str, Any]) -> models.DemoFault:
        """Let a fault come to a simulated vehicle."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/demo/faults",
            results={201: models.DemoFault},
            body=body,
            idempotent=False,
        )

    def create_handover(self) -> models.ShiftLog:
        """Open the first shift log."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers",
            results={201: models.ShiftLog},
            idempotent=False,
        )

    def create_order(self, body: models.OrderBody | Mapping[str, Any]) -> models.OrderStory:
        """Create an order."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders",
            results={201: models.OrderStory},
            body=body,
            idempotent=False,
        )

    def create_organisation(self, body: models.OrganisationBody | Mapping[str, Any]) -> models.OrganisationShown:
        """Bring an organisation in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/organisations",
            results={201: models.OrganisationShown},
            body=body,
            idempotent=False,
        )

    def create_position(self, body: models.PositionBody | Mapping[str, Any]) -> models.PositionShown:
        """Make a position."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions",
            results={201: models.PositionShown},
            body=body,
            idempotent=False,
        )

    def create_relying_party(self, body: models.RelyingPartyBody | Mapping[str, Any]) -> models.NewRelyingParty:
        """Bring a tool in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/relying-parties",
            results={201: models.NewRelyingParty},
            body=body,
            idempotent=False,
        )

    def create_sandbox(self, body: models.SandboxBody | Mapping[str, Any]) -> models.NewSandbox:
        """Make a sandbox."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/sandboxes",
            results={201: models.NewSandbox},
            body=body,
            idempotent=False,
        )

    def create_signing_key(self, body: models.RotationBody | Mapping[str, Any]) -> models.SigningKeys:
        """Rotate the signing key."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/signing-keys",
            results={201: models.SigningKeys},
            body=body,
            idempotent=False,
        )

    def create_standing_approval(
        self, body: models.StandingApprovalBody | Mapping[str, Any]
    ) -> models.StandingApproval:
        """Apply for a standing approval."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals",
            results={201: models.StandingApproval},
            body=body,
            idempotent=False,
        )

    def create_transfer(self, body: models.TransferBody | Mapping[str, Any]) -> models.TransferShown:
        """Offer a flight or alert to another position."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers",
            results={201: models.TransferShown},
            body=body,
            idempotent=False,
        )

    def create_user(self, body: models.UserBody | Mapping[str, Any]) -> models.NewPerson:
        """Bring a person in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/users",
            results={201: models.NewPerson},
            body=body,
            idempotent=False,
        )

    def create_webhook(self, body: models.WebhookBody | Mapping[str, Any]) -> models.WebhookWithSecret:
        """Create a webhook."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks",
            results={201: models.WebhookWithSecret},
            body=body,
            idempotent=False,
        )

    def days_standing_approval(
        self, standing_approval_id: str | int, body: models.StandingDayBody | Mapping[str, Any]
    ) -> models.StandingDay:
        """File a day under a standing approval."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals/{standing_approval_id}/days",
            results={201: models.StandingDay},
            path={"standing_approval_id": standing_approval_id},
            body=body,
            idempotent=False,
        )

    def decide_flight_plan(
        self, plan_id: str | int, body: models.DecisionBody | Mapping[str, Any]
    ) -> models.FlightPlanAnswer:
        """Decide a pending plan."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/decision",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    def decide_standing_approval(
        self, standing_approval_id: str | int, body: models.StandingDecisionBody | Mapping[str, Any]
    ) -> models.StandingApproval:
        """Decide a standing approval."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals/{standing_approval_id}/decision",
            results={200: models.StandingApproval},
            path={"standing_approval_id": standing_approval_id},
            body=body,
            idempotent=False,
        )

    def decision_approval(
        self, approval_id: str | int, body: models.ApprovalDecisionBody | Mapping[str, Any]
    ) -> models.ApprovalDetail:
        """Decide an approval."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/approvals/{approval_id}/decision",
            results={200: models.ApprovalDetail},
            path={"approval_id": approval_id},
            body=body,
            idempotent=False,
        )

    def declare_contingency(
        self, plan_id: str | int, body: models.ContingencyDeclaration | Mapping[str, Any]
    ) -> models.Contingency:
        """Declare a contingency."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/contingency",
            results={201: models.Contingency},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    def declare_ground_stop(self, body: models.GroundStopBody | Mapping[str, Any]) -> models.GroundStop:
        """Stop departures in an area."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/ground-stops",
            results={201: models.GroundStop},
            body=body,
            idempotent=False,
        )

    def decline_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Refuse what is offered."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/decline",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    def delete_client(self, client_id: str | int) -> None:
        """Put a client out."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/clients/{client_id}",
            results={204: None},
            path={"client_id": client_id},
            idempotent=True,
        )

    def delete_demo_faults(self, *, vehicle_id: str, fault_id: str | None = None) -> models.DemoFaultsGone:
        """Take a simulated vehicle's faults away."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/demo/faults",
            results={200: models.DemoFaultsGone},
            query={"vehicle_id": vehicle_id, "fault_id": fault_id},
            idempotent=True,
        )

    def delete_duty_contact(self, contact_id: str | int) -> None:
        """Delete a contact."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/duty/contacts/{contact_id}",
            results={204: None},
            path={"contact_id": contact_id},
            idempotent=True,
        )

    def delete_relying_party(self, client_id: str | int) -> None:
        """Put a tool out."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/relying-parties/{client_id}",
            results={204: None},
            path={"client_id": client_id},
            idempotent=True,
        )

    def delete_session_totp(self, body: models.RemovalBody | Mapping[str, Any]) -> None:
        """Take the second factor away."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/session/totp",
            results={204: None},
            body=body,
            idempotent=True,
        )

    def delete_signing_key(self, kid: str | int) -> None:
        """Retire a signing key at once."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/signing-keys/{kid}",
            results={204: None},
            path={"kid": kid},
            idempotent=True,
        )

    def delete_user(self, user_id: str | int) -> None:
        """Put a person out."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/users/{user_id}",
            results={204: None},
            path={"user_id": user_id},
            idempotent=True,
        )

    def delete_webhook(self, webhook_id: str | int) -> None:
        """Delete a webhook."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/webhooks/{webhook_id}",
            results={204: None},
            path={"webhook_id": webhook_id},
            idempotent=True,
        )

    def deregister_aircraft(self, aircraft_id: str | int) -> None:
        """Deregister an aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/aircraft/{aircraft_id}",
            results={204: None},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    def design_inspection(self, body: models.InspectionBody | Mapping[str, Any]) -> models.DesignInspection:
        """Design inspection flights."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/inspections",
            results={200: models.DesignInspection},
            body=body,
            idempotent=False,
        )

    def dismiss_contingency(
        self, contingency_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.Contingency:
        """Dismiss a proposed contingency."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/contingencies/{contingency_id}/dismiss",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            body=body,
            idempotent=False,
        )

    def dispatch_orders(self) -> models.DispatchReport:
        """Plan waiting orders now."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/dispatch",
            results={200: models.DispatchReport},
            idempotent=False,
        )

    def end_flight_plan(
        self, plan_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.FlightPlanAnswer:
        """End the flight."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/end",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    def entries_handover(self, handover_id: str | int, body: models.EntryBody | Mapping[str, Any]) -> models.ShiftLog:
        """Write into a shift log."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/entries",
            results={201: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    def execute_action_list(
        self, action_list_id: str | int, body: models.ExecuteBody | Mapping[str, Any]
    ) -> models.ActionList:
        """Carry out actions of a list."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/action-lists/{action_list_id}/execute",
            results={202: models.ActionList},
            path={"action_list_id": action_list_id},
            body=body,
            idempotent=False,
        )

    def export_network(self) -> dict[str, Any]:
        """Export sites and corridors."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/network/export",
            results={200: dict[str, Any]},
            idempotent=True,
        )

    def file_event_report(
        self, report_id: str | int, body: models.EventReportBody | Mapping[str, Any]
    ) -> models.EventReport:
        """File an event report."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/event-reports/{report_id}/file",
            results={200: models.EventReport},
            path={"report_id": report_id},
            body=body,
            idempotent=False,
        )

    def file_flight_plan(
        self, body: models.FlightPlanBody | Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> models.FlightPlanAnswer:
        """File a flight plan."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans",
            results={201: models.FlightPlanAnswer, 202: models.FlightPlanAnswer},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            idempotent=False,
        )

    def file_flight_plans(self, body: models.BatchBody | Mapping[str, Any]) -> models.BatchAnswer:
        """File up to 500 plans."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/batch",
            results={207: models.BatchAnswer},
            body=body,
            idempotent=False,
        )

    def find_routes(self, body: models.RouteBody | Mapping[str, Any]) -> models.Routes:
        """Find routes between two sites."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/routes",
            results={200: models.Routes},
            body=body,
            idempotent=False,
        )

    def get__well_known_openid_configuration(self) -> models.OpenIdConfiguration:
        """OpenID provider configuration."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/openid-configuration",
            results={200: models.OpenIdConfiguration},
            idempotent=True,
        )

    def get_action_list(self, action_list_id: str | int) -> models.ActionList:
        """Read a list."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/action-lists/{action_list_id}",
            results={200: models.ActionList},
            path={"action_list_id": action_list_id},
            idempotent=True,
        )

    def get_aircraft(self, aircraft_id: str | int) -> models.AircraftAnswer:
        """Read an aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}",
            results={200: models.AircraftAnswer},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    def get_aircraft_link(self, aircraft_id: str | int) -> models.LinkReport:
        """The data link to an aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}/link",
            results={200: models.LinkReport},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    def get_airspace_at(
        self,
        *,
        lat_deg: float,
        lon_deg: float,
        alt_m: float | None = None,
        alt_datum: str | None = None,
        at: datetime | None = None,
    ) -> models.AirspaceAt:
        """What applies here."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/at",
            results={200: models.AirspaceAt},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": alt_m, "alt_datum": alt_datum, "at": at},
            idempotent=True,
        )

    def get_airspace_cells(
        self,
        *,
        res: int | None = None,
        at: datetime | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.CellLoads:
        """H3 cells with load."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/cells",
            results={200: models.CellLoads},
            query={"res": res, "at": at, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    def get_airspace_grid(
        self,
        *,
        lat_deg: float | None = None,
        lon_deg: float | None = None,
        level: int | None = None,
        crs: str | None = None,
        code: str | None = None,
        h3: str | None = None,
    ) -> models.Grid:
        """Grid codes of a point, or the place of one."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/grid",
            results={200: models.Grid},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg, "level": level, "crs": crs, "code": code, "h3": h3},
            idempotent=True,
        )

    def get_alert(self, alert_id: str | int) -> models.AlertWithSteps:
        """One alert with its steps."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/alerts/{alert_id}",
            results={200: models.AlertWithSteps},
            path={"alert_id": alert_id},
            idempotent=True,
        )

    def get_application(self, application_id: str | int) -> models.ApplicationDetail:
        """Read an application."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications/{application_id}",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            idempotent=True,
        )

    def get_approval(self, approval_id: str | int) -> models.ApprovalDetail:
        """Read an approval."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/approvals/{approval_id}",
            results={200: models.ApprovalDetail},
            path={"approval_id": approval_id},
            idempotent=True,
        )

    def get_carrier(self, aircraft_id: str | int) -> models.StandingCarrier:
        """Read a carrier."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/carriers/{aircraft_id}",
            results={200: models.StandingCarrier},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    def get_client(self, client_id: str | int) -> models.Client:
        """Read a client."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/clients/{client_id}",
            results={200: models.Client},
            path={"client_id": client_id},
            idempotent=True,
        )

    def get_command(self, command_id: str | int) -> models.Command:
        """One order with its transitions."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/commands/{command_id}",
            results={200: models.Command},
            path={"command_id": command_id},
            idempotent=True,
        )

    def get_contingency(self, contingency_id: str | int) -> models.Contingency:
        """Read a contingency."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/contingencies/{contingency_id}",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            idempotent=True,
        )

    def get_current_checklists(self) -> models.ChecklistsNow:
        """Checklists needed now."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/checklists/current",
            results={200: models.ChecklistsNow},
            idempotent=True,
        )

    def get_demo_users(self) -> models.DemoUsersAnswer:
        """The demonstration's people."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/demo-users",
            results={200: models.DemoUsersAnswer},
            idempotent=True,
        )

    def get_duty_contact(self, contact_id: str | int) -> models.DutyContactShown:
        """Read a contact."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/contacts/{contact_id}",
            results={200: models.DutyContactShown},
            path={"contact_id": contact_id},
            idempotent=True,
        )

    def get_duty_now(self) -> models.DutyContacts:
        """Who is on duty."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/now",
            results={200: models.DutyContacts},
            idempotent=True,
        )

    def get_event_report(self, report_id: str | int) -> models.EventReport:
        """Read an event report."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/event-reports/{report_id}",
            results={200: models.EventReport},
            path={"report_id": report_id},
            idempotent=True,
        )

    def get_fleet_state(self, *, vehicles: bool | None = None) -> models.FleetState:
        """Vehicles with their links and service, and sites with their pads."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/fleet/state",
            results={200: models.FleetState},
            query={"vehicles": vehicles},
            idempotent=True,
        )

    def get_flight_owner(self, *, aircraft_id: str | None = None, track_id: str | None = None) -> models.FlightOwner:
        """Who owns a flight."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/owner",
            results={200: models.FlightOwner},
            query={"aircraft_id": aircraft_id, "track_id": track_id},
            idempotent=True,
        )

    def get_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Read a flight plan."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    def get_flight_plan_export(self, plan_id: str | int, *, format: str) -> dict[str, Any]:
        """Write a plan for a ground station."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/export",
            results={200: dict[str, Any]},
            path={"plan_id": plan_id},
            query={"format": format},
            idempotent=True,
        )

    def get_flight_plan_profile(self, plan_id: str | int) -> models.Profile:
        """A flight's heights against the ground, zones and corridors."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/profile",
            results={200: models.Profile},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    def get_flight_plan_record(self, plan_id: str | int, *, format: str | None = None) -> models.FlightRecord:
        """Read a flight's whole record."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/record",
            results={200: models.FlightRecord},
            path={"plan_id": plan_id},
            query={"format": format},
            idempotent=True,
        )

    def get_flight_plan_timeline(self, plan_id: str | int) -> models.Timeline:
        """What happened to a flight."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/timeline",
            results={200: models.Timeline},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    def get_go_no_go(self, plan_id: str | int) -> models.PlanGoNoGo:
        """Go or no go."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/go-no-go",
            results={200: models.PlanGoNoGo},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    def get_ground_rules(self) -> models.GroundRulesShown:
        """Rules of ground risk and noise."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/ground-risk/rules",
            results={200: models.GroundRulesShown},
            idempotent=True,
        )

    def get_handover(self, handover_id: str | int) -> models.ShiftLog:
        """A shift log."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers/{handover_id}",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            idempotent=True,
        )

    def get_handover_current(self) -> models.RunningShift:
        """The running shift log."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers/current",
            results={200: models.RunningShift},
            idempotent=True,
        )

    def get_health(self) -> models.Health:
        """The process is up."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/healthz",
            results={200: models.Health},
            idempotent=True,
        )

    def get_incident(self, incident_id: str | int) -> models.Incident:
        """Read an incident."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents/{incident_id}",
            results={200: models.Incident},
            path={"incident_id": incident_id},
            idempotent=True,
        )

    def get_incident_bundle(self, incident_id: str | int) -> bytes:
        """Download the evidence about an incident."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents/{incident_id}/bundle",
            results={200: bytes},
            path={"incident_id": incident_id},
            idempotent=True,
        )

    def get_jwks(self) -> models.Jwks:
        """The public keys tokens are signed with."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/jwks.json",
            results={200: models.Jwks},
            idempotent=True,
        )

    def get_mission(self, mission_id: str | int) -> models.MissionWithPlan:
        """Read a mission."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/missions/{mission_id}",
            results={200: models.MissionWithPlan},
            path={"mission_id": mission_id},
            idempotent=True,
        )

    def get_oauth_authorize(self) -> bytes:
        """Sign in for another tool."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/oauth/authorize",
            results={200: bytes},
            idempotent=True,
        )

    def get_oauth_userinfo(self) -> models.UserInfo:
        """Who signed in."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/oauth/userinfo",
            results={200: models.UserInfo},
            idempotent=True,
        )

    def get_operator(self, organisation_id: str | int) -> models.OperatorAnswer:
        """Read an operator."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators/{organisation_id}",
            results={200: models.OperatorAnswer},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    def get_operator_contact(self, organisation_id: str | int) -> models.Contact:
        """Whom to call about a firm's flights."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators/{organisation_id}/contact",
            results={200: models.Contact},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    def get_order(self, order_id: str | int) -> models.OrderStory:
        """Read an order."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/orders/{order_id}",
            results={200: models.OrderStory},
            path={"order_id": order_id},
            idempotent=True,
        )

    def get_own_quota(self) -> models.Quotas:
        """What we may use."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/quotas/own",
            results={200: models.Quotas},
            idempotent=True,
        )

    def get_policy(self) -> models.PolicyAnswer:
        """The rules in force."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy",
            results={200: models.PolicyAnswer},
            idempotent=True,
        )

    def get_policy_impact(self, body: models.PolicyBody | Mapping[str, Any]) -> models.ImpactAnswer:
        """What a policy would do."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/policy/impact",
            results={200: models.ImpactAnswer},
            body=body,
            idempotent=True,
        )

    def get_policy_preset_order_761(self) -> models.PolicyPresetOrder761:
        """What Order 761 asks for."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy/presets/order_761",
            results={200: models.PolicyPresetOrder761},
            idempotent=True,
        )

    def get_population(
        self, *, res: int | None = None, bbox: str | None = None, grid: str | None = None, h3: str | None = None
    ) -> models.Population:
        """People on the ground."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/population",
            results={200: models.Population},
            query={"res": res, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    def get_quota(self, organisation_id: str | int) -> models.Quotas:
        """Read quotas."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/quotas/{organisation_id}",
            results={200: models.Quotas},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    def get_readiness(self) -> models.Readiness:
        """Able to serve."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/readyz",
            results={200: models.Readiness},
            idempotent=True,
        )

    def get_replay_distance(
        self, *, track_a: str, track_b: str, from_: datetime, to: datetime
    ) -> models.ReplayDistance:
        """How far apart two flights were."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay/distance",
            results={200: models.ReplayDistance},
            query={"track_a": track_a, "track_b": track_b, "from": from_, "to": to},
            idempotent=True,
        )

    def get_replay_range(self) -> models.ReplayRange:
        """From when to when there are recordings."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay/range",
            results={200: models.ReplayRange},
            idempotent=True,
        )

    def get_sector_board(self) -> models.SectorBoard:
        """Load, owners and transfers."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/board",
            results={200: models.SectorBoard},
            idempotent=True,
        )

    def get_sector_version(self, version: str | int) -> models.SectorLayout:
        """An earlier division."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/versions/{version}",
            results={200: models.SectorLayout},
            path={"version": version},
            idempotent=True,
        )

    def get_sectors(self) -> models.SectorLayout:
        """The division of the city."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors",
            results={200: models.SectorLayout},
            idempotent=True,
        )

    def get_server_metadata(self) -> models.ServerMetadata:
        """Metadata of the authorisation server."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/oauth-authorization-server",
            results={200: models.ServerMetadata},
            idempotent=True,
        )

    def get_session(self) -> models.SessionAnswer:
        """Who am I."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session",
            results={200: models.SessionAnswer},
            idempotent=True,
        )

    def get_session_oidc(self) -> None:
        """Sign in with the OpenID provider."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/oidc",
            results={},
            idempotent=True,
        )

    def get_session_oidc_callback(self) -> None:
        """Come back from the OpenID provider."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/oidc/callback",
            results={},
            idempotent=True,
        )

    def get_session_totp(self) -> models.TotpAnswer:
        """My second factor."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/totp",
            results={200: models.TotpAnswer},
            idempotent=True,
        )

    def get_site(self, site_id: str | int) -> models.NetworkFeature:
        """Read a site."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites/{site_id}",
            results={200: models.NetworkFeature},
            path={"site_id": site_id},
            idempotent=True,
        )

    def get_standing_approval(self, standing_approval_id: str | int) -> models.StandingApproval:
        """Read a standing approval."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals/{standing_approval_id}",
            results={200: models.StandingApproval},
            path={"standing_approval_id": standing_approval_id},
            idempotent=True,
        )

    def get_statistics(self, *, from_: datetime | None = None, to: datetime | None = None) -> models.Statistics:
        """The city's indicators."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics",
            results={200: models.Statistics},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    def get_statistics_fairness(
        self, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.FairnessAnswer:
        """How each firm's requests fared."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/fairness",
            results={200: models.FairnessAnswer},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    def get_statistics_logistics(
        self,
        *,
        from_: datetime | None = None,
        to: datetime | None = None,
        format: str | None = None,
        table: str | None = None,
        flight_hour_cost: float | None = None,
        kwh_cost: float | None = None,
    ) -> models.LogisticsStatistics:
        """How deliveries fare."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/logistics",
            results={200: models.LogisticsStatistics},
            query={
                "from": from_,
                "to": to,
                "format": format,
                "table": table,
                "flight_hour_cost": flight_hour_cost,
                "kwh_cost": kwh_cost,
            },
            idempotent=True,
        )

    def get_statistics_noise(
        self,
        *,
        from_: datetime | None = None,
        to: datetime | None = None,
        resolution: int | None = None,
        format: str | None = None,
    ) -> models.NoiseExposure:
        """Noise exposure per cell."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/noise",
            results={200: models.NoiseExposure},
            query={"from": from_, "to": to, "resolution": resolution, "format": format},
            idempotent=True,
        )

    def get_statistics_report(
        self, *, day: str | None = None, month: str | None = None, lang: str | None = None, format: str | None = None
    ) -> models.StatisticsOperations:
        """The report of a day or month, to read and to keep."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/report",
            results={200: models.StatisticsOperations},
            query={"day": day, "month": month, "lang": lang, "format": format},
            idempotent=True,
        )

    def get_system_feeds(self) -> models.SystemFeeds:
        """Every feed."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/system/feeds",
            results={200: models.SystemFeeds},
            idempotent=True,
        )

    def get_system_health(self) -> models.SystemHealth:
        """Every dependency."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/system/health",
            results={200: models.SystemHealth},
            idempotent=True,
        )

    def get_track_history(
        self,
        track_id: str | int,
        *,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.TrackHistory:
        """Where a track has been."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/tracks/{track_id}/history",
            results={200: models.TrackHistory},
            path={"track_id": track_id},
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor},
            idempotent=True,
        )

    def get_weather(self, *, at: datetime | None = None) -> models.Weather:
        """The weather in force."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather",
            results={200: models.Weather},
            query={"at": at},
            idempotent=True,
        )

    def get_weather_at(self, *, lat_deg: float, lon_deg: float) -> models.WeatherAt:
        """The weather at a place."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/at",
            results={200: models.WeatherAt},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg},
            idempotent=True,
        )

    def get_weather_limits(self) -> models.WeatherLimitsShown:
        """What aircraft may fly in."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/limits",
            results={200: models.WeatherLimitsShown},
            idempotent=True,
        )

    def get_webhook(self, webhook_id: str | int) -> models.Webhook:
        """Read a webhook."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks/{webhook_id}",
            results={200: models.Webhook},
            path={"webhook_id": webhook_id},
            idempotent=True,
        )

    def get_zone(self, zone_id: str | int) -> models.ZoneBody:
        """Read a zone."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones/{zone_id}",
            results={200: models.ZoneBody},
            path={"zone_id": zone_id},
            idempotent=True,
        )

    def get_zone_export(
        self,
        *,
        format: str | None = None,
        at: datetime | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> dict[str, Any]:
        """Export zones."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones/export",
            results={200: dict[str, Any]},
            query={"format": format, "at": at, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    def get_zone_impact(self, body: models.ZoneBody | Mapping[str, Any]) -> models.ZoneImpact:
        """What a zone would do."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones/impact",
            results={200: models.ZoneImpact},
            body=body,
            idempotent=True,
        )

    def hold_offer(self, plan_id: str | int, index: str | int) -> models.HeldOfferAnswer:
        """Hold a counter-offer."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/offers/{index}/hold",
            results={200: models.HeldOfferAnswer},
            path={"plan_id": plan_id, "index": index},
            idempotent=False,
        )

    def import_flight_plan(
        self,
        body: bytes,
        *,
        format: str,
        dry_run: bool | None = None,
        aircraft_id: str | None = None,
        departure_at: str | None = None,
        operation_type: str | None = None,
        priority: int | None = None,
        cruise_speed_mps: float | None = None,
        crs: str | None = None,
        home_amsl_m: str | None = None,
        alt_datum: str | None = None,
        alt_m: float | None = None,
        content_type: str | None = None,
    ) -> models.ImportedPlan:
        """Read a plan from a ground station's file."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/import",
            results={200: models.ImportedPlan},
            query={
                "format": format,
                "dry_run": dry_run,
                "aircraft_id": aircraft_id,
                "departure_at": departure_at,
                "operation_type": operation_type,
                "priority": priority,
                "cruise_speed_mps": cruise_speed_mps,
                "crs": crs,
                "home_amsl_m": home_amsl_m,
                "alt_datum": alt_datum,
                "alt_m": alt_m,
            },
            body=body,
            content_type=content_type,
            idempotent=False,
        )

    def import_network(
        self, body: models.NetworkBody | Mapping[str, Any], *, dry_run: bool | None = None, mode: str | None = None
    ) -> models.NetworkImport:
        """Import sites and corridors."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/network/import",
            results={200: models.NetworkImport},
            query={"dry_run": dry_run, "mode": mode},
            body=body,
            idempotent=False,
        )

    def import_population(
        self,
        body: Mapping[str, Any] | bytes,
        *,
        format: str | None = None,
        dry_run: bool | None = None,
        absent: float | None = None,
        unit: str | None = None,
        source: str | None = None,
    ) -> models.PopulationCheck | models.ImportedPopulation:
        """Import a population grid."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/population/grids",
            results={200: models.PopulationCheck, 201: models.ImportedPopulation},
            query={"format": format, "dry_run": dry_run, "absent": absent, "unit": unit, "source": source},
            body=body,
            idempotent=False,
        )

    def import_weather(
        self,
        body: Mapping[str, Any] | bytes,
        *,
        format: str | None = None,
        dry_run: bool | None = None,
        reach_m: float | None = None,
        source: str | None = None,
    ) -> models.ForecastCheck | models.ImportedForecast:
        """Import a forecast."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/weather/forecasts",
            results={200: models.ForecastCheck, 201: models.ImportedForecast},
            query={"format": format, "dry_run": dry_run, "reach_m": reach_m, "source": source},
            body=body,
            idempotent=False,
        )

    def import_zones(
        self,
        body: models.ZoneCollection | Mapping[str, Any] | bytes,
        *,
        format: str,
        dry_run: bool | None = None,
        crs: str | None = None,
        restriction: str | None = None,
        lower_m: float | None = None,
        upper_m: float | None = None,
        datum: str | None = None,
    ) -> models.ZoneImport:
        """Import zones."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones/import",
            results={200: models.ZoneImport},
            query={
                "format": format,
                "dry_run": dry_run,
                "crs": crs,
                "restriction": restriction,
                "lower_m": lower_m,
                "upper_m": upper_m,
                "datum": datum,
            },
            body=body,
            idempotent=False,
        )

    def lift_ground_stop(self, ground_stop_id: str | int) -> None:
        """Lift a ground stop."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/ground-stops/{ground_stop_id}",
            results={204: None},
            path={"ground_stop_id": ground_stop_id},
            idempotent=True,
        )

    def list_action_lists(self, *, cursor: str | None = None, limit: int | None = None) -> models.ActionLists:
        """Lists of actions."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/action-lists",
            results={200: models.ActionLists},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_advisories(
        self,
        *,
        plan_id: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Advisories:
        """Advisories."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/advisories",
            results={200: models.Advisories},
            query={"plan_id": plan_id, "state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_aircraft(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        organisation_id: str | None = None,
        registration: str | None = None,
        include_inactive: bool | None = None,
    ) -> models.AircraftList:
        """List aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft",
            results={200: models.AircraftList},
            query={
                "cursor": cursor,
                "limit": limit,
                "organisation_id": organisation_id,
                "registration": registration,
                "include_inactive": include_inactive,
            },
            idempotent=True,
        )

    def list_alerts(
        self,
        *,
        state: str | None = None,
        since: str | None = None,
        severity: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.AlertPage:
        """What needs attention."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/alerts",
            results={200: models.AlertPage},
            query={"state": state, "since": since, "severity": severity, "limit": limit, "cursor": cursor},
            idempotent=True,
        )

    def list_application_status(
        self, application_id: str | int, *, application_token: str | None = None
    ) -> models.Application:
        """Follow an application."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications/{application_id}/status",
            results={200: models.Application},
            path={"application_id": application_id},
            headers={"Application-Token": application_token},
            idempotent=True,
        )

    def list_applications(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.ApplicationPage:
        """List applications."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications",
            results={200: models.ApplicationPage},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_approvals(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        organisation_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Approvals:
        """What waits for a decision."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/approvals",
            results={200: models.Approvals},
            query={"state": state, "kind": kind, "organisation_id": organisation_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_batteries(self) -> models.Batteries:
        """List batteries."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/batteries",
            results={200: models.Batteries},
            idempotent=True,
        )

    def list_carriers(self) -> models.Carriers:
        """List carriers."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/carriers",
            results={200: models.Carriers},
            idempotent=True,
        )

    def list_checklists(self, *, cursor: str | None = None, limit: int | None = None) -> models.Checklists:
        """List checklists."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/checklists",
            results={200: models.Checklists},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_clients(self, *, organisation_id: str | None = None) -> models.Clients:
        """List clients."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/clients",
            results={200: models.Clients},
            query={"organisation_id": organisation_id},
            idempotent=True,
        )

    def list_commands(
        self,
        *,
        aircraft_id: str | None = None,
        state: str | None = None,
        batch_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Commands:
        """Orders to vehicles."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/commands",
            results={200: models.Commands},
            query={"aircraft_id": aircraft_id, "state": state, "batch_id": batch_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_contingencies(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Contingencies:
        """Contingencies."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/contingencies",
            results={200: models.Contingencies},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_corridors(self) -> models.NetworkFeatures:
        """Corridors."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/corridors",
            results={200: models.NetworkFeatures},
            idempotent=True,
        )

    def list_crews(self) -> models.Crews:
        """List crews."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/crews",
            results={200: models.Crews},
            idempotent=True,
        )

    def list_demo_faults(self) -> models.DemoFaults:
        """Kinds of fault and simulated vehicles."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/demo/faults",
            results={200: models.DemoFaults},
            idempotent=True,
        )

    def list_duty_contacts(self) -> models.DutyContacts:
        """List contacts."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/contacts",
            results={200: models.DutyContacts},
            idempotent=True,
        )

    def list_duty_messages(
        self,
        *,
        contact_id: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.DutyMessages:
        """Messages sent."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/messages",
            results={200: models.DutyMessages},
            query={"contact_id": contact_id, "state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_event_reports(
        self,
        *,
        state: str | None = None,
        overdue: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.EventReports:
        """Event reports."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/event-reports",
            results={200: models.EventReports},
            query={"state": state, "overdue": overdue, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_flight_plans(
        self,
        *,
        state: str | None = None,
        aircraft_id: str | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.FlightPlanPage:
        """List flight plans."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans",
            results={200: models.FlightPlanPage},
            query={
                "state": state,
                "aircraft_id": aircraft_id,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
            idempotent=True,
        )

    def list_go_no_go(self, *, within_s: float | None = None) -> models.UpcomingGoNoGos:
        """Go or no go for the next departures."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/go-no-go",
            results={200: models.UpcomingGoNoGos},
            query={"within_s": within_s},
            idempotent=True,
        )

    def list_ground_stops(self) -> models.GroundStops:
        """Ground stops that stand."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/ground-stops",
            results={200: models.GroundStops},
            idempotent=True,
        )

    def list_handovers(self, *, cursor: str | None = None, limit: int | None = None) -> models.ShiftLogs:
        """List shift logs."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers",
            results={200: models.ShiftLogs},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_incidents(self, *, cursor: str | None = None, limit: int | None = None) -> models.Incidents:
        """List incidents."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents",
            results={200: models.Incidents},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_missions(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Missions:
        """List missions."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/missions",
            results={200: models.Missions},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_operators(self, *, cursor: str | None = None, limit: int | None = None) -> models.OperatorList:
        """List operators."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators",
            results={200: models.OperatorList},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_orders(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Orders:
        """List orders."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/orders",
            results={200: models.Orders},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_organisations(self) -> models.OrganisationsShown:
        """List organisations."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/organisations",
            results={200: models.OrganisationsShown},
            idempotent=True,
        )

    def list_policy_versions(self, *, cursor: str | None = None, limit: int | None = None) -> models.PolicyVersions:
        """Earlier policies."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy/versions",
            results={200: models.PolicyVersions},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_population_grids(self) -> models.PopulationGrids:
        """Imported population grids."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/population/grids",
            results={200: models.PopulationGrids},
            idempotent=True,
        )

    def list_positions(self) -> models.PositionsShown:
        """Positions of the centre."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/positions",
            results={200: models.PositionsShown},
            idempotent=True,
        )

    def list_relying_parties(self) -> models.RelyingParties:
        """List tools that sign in here."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/relying-parties",
            results={200: models.RelyingParties},
            idempotent=True,
        )

    def list_reroutes(self, aircraft_id: str | int) -> models.Reroutes:
        """Ways to reroute to."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}/reroutes",
            results={200: models.Reroutes},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    def list_results(self, plan_id: str | int) -> models.FlightResults:
        """Results of a flight."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/results",
            results={200: models.FlightResults},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    def list_routes(self, *, format: str | None = None) -> models.PublishedRoutes:
        """Published routes in the regulator's fields."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/routes",
            results={200: models.PublishedRoutes},
            query={"format": format},
            idempotent=True,
        )

    def list_sandboxes(self) -> models.Sandboxes:
        """List sandboxes."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sandboxes",
            results={200: models.Sandboxes},
            idempotent=True,
        )

    def list_sector_versions(self, *, cursor: str | None = None, limit: int | None = None) -> models.SectorLayouts:
        """Earlier divisions."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/versions",
            results={200: models.SectorLayouts},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_session_providers(self) -> models.ProvidersAnswer:
        """Where else to sign in."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/providers",
            results={200: models.ProvidersAnswer},
            idempotent=True,
        )

    def list_signing_keys(self) -> models.SigningKeys:
        """List signing keys."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/signing-keys",
            results={200: models.SigningKeys},
            idempotent=True,
        )

    def list_site_slots(
        self, site_id: str | int, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.Slots:
        """Slots of a site."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites/{site_id}/slots",
            results={200: models.Slots},
            path={"site_id": site_id},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    def list_sites(self, *, bbox: str | None = None) -> models.NetworkFeatures:
        """Sites."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites",
            results={200: models.NetworkFeatures},
            query={"bbox": bbox},
            idempotent=True,
        )

    def list_standing_approval_days(
        self, standing_approval_id: str | int, *, from_: str | None = None, to: str | None = None
    ) -> models.StandingDays:
        """Days filed under a standing approval."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals/{standing_approval_id}/days",
            results={200: models.StandingDays},
            path={"standing_approval_id": standing_approval_id},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    def list_standing_approvals(self) -> models.StandingApprovals:
        """Standing approvals."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals",
            results={200: models.StandingApprovals},
            idempotent=True,
        )

    def list_statistics_operations(
        self, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.StatisticsOperations:
        """How operations fare."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/operations",
            results={200: models.StatisticsOperations},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    def list_temporary_zones(self) -> models.TemporaryZones:
        """Temporary zones."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/temporary-zones",
            results={200: models.TemporaryZones},
            idempotent=True,
        )

    def list_tracks(
        self,
        *,
        since: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.TrackPage:
        """Where everything is that you may see."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/tracks",
            results={200: models.TrackPage},
            query={"since": since, "limit": limit, "cursor": cursor, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    def list_transfers(self, *, cursor: str | None = None, limit: int | None = None) -> models.TransfersShown:
        """Transfers."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/transfers",
            results={200: models.TransfersShown},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_users(self, *, organisation_id: str | None = None) -> models.People:
        """List people."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/users",
            results={200: models.People},
            query={"organisation_id": organisation_id},
            idempotent=True,
        )

    def list_weather_forecasts(self) -> models.Forecasts:
        """Imported forecasts."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/forecasts",
            results={200: models.Forecasts},
            idempotent=True,
        )

    def list_webhook_deliveries(
        self, webhook_id: str | int, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.WebhookDeliveries:
        """Deliveries of a webhook."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks/{webhook_id}/deliveries",
            results={200: models.WebhookDeliveries},
            path={"webhook_id": webhook_id},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_webhooks(self) -> models.Webhooks:
        """List webhooks."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks",
            results={200: models.Webhooks},
            idempotent=True,
        )

    def list_zone_versions(
        self, *, zone_id: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.ZoneVersions:
        """Every change of zones."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zone-versions",
            results={200: models.ZoneVersions},
            query={"zone_id": zone_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    def list_zones(
        self,
        *,
        at: datetime | None = None,
        format: str | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.ZoneCollection:
        """Zones in force."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones",
            results={200: models.ZoneCollection},
            query={"at": at, "format": format, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    def modify_flight_plan(
        self, plan_id: str | int, body: models.FlightPlanBody | Mapping[str, Any], *, if_match: str
    ) -> models.FlightPlanAnswer:
        """Modify a flight plan."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/flight-plans/{plan_id}",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    def offer_alternative(
        self, plan_id: str | int, body: models.AlternativeBody | Mapping[str, Any]
    ) -> models.FlightPlanAnswer:
        """Offer an alternative."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/alternative",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    def open_checklist(self, body: models.ChecklistBody | Mapping[str, Any]) -> models.Checklist:
        """Open a checklist."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists",
            results={201: models.Checklist},
            body=body,
            idempotent=False,
        )

    def open_incident(self, body: models.IncidentBody | Mapping[str, Any]) -> models.Incident:
        """Open an incident."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/incidents",
            results={201: models.Incident},
            body=body,
            idempotent=False,
        )

    def password_user(self, user_id: str | int, body: models.PasswordBody | Mapping[str, Any]) -> models.NewPassword:
        """Give a person a new password."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/users/{user_id}/password",
            results={200: models.NewPassword},
            path={"user_id": user_id},
            body=body,
            idempotent=False,
        )

    def poll_events(
        self,
        *,
        since: int | None = None,
        topics: str | None = None,
        wait_s: float | None = None,
        wait: float | None = None,
    ) -> models.Events:
        """Events of the live feed by long poll."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/events",
            results={200: models.Events},
            query={"since": since, "topics": topics, "wait_s": wait_s, "wait": wait},
            idempotent=True,
        )

    def publish_temporary_zone(
        self, body: models.TemporaryZoneBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.TemporaryZonePreview | models.PublishedTemporaryZone:
        """Publish a temporary zone."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/temporary-zones",
            results={200: models.TemporaryZonePreview, 201: models.PublishedTemporaryZone},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    def publish_zone(self, body: models.ZoneBody | Mapping[str, Any]) -> models.ZoneBody:
        """Publish a zone."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones",
            results={201: models.ZoneBody},
            body=body,
            idempotent=False,
        )

    def put_carrier(self, aircraft_id: str | int, body: models.CarrierBody | Mapping[str, Any]) -> models.Carrier:
        """Make an aircraft a carrier."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/carriers/{aircraft_id}",
            results={200: models.Carrier},
            path={"aircraft_id": aircraft_id},
            body=body,
            idempotent=True,
        )

    def put_corridor(
        self, corridor_id: str | int, body: models.FeatureBody | Mapping[str, Any]
    ) -> models.PublishedFeature:
        """Publish a corridor."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/corridors/{corridor_id}",
            results={200: models.PublishedFeature},
            path={"corridor_id": corridor_id},
            body=body,
            idempotent=True,
        )

    def put_ground_rules(self, body: models.GroundRulesBody | Mapping[str, Any]) -> models.GroundRulesShown:
        """Publish rules of ground risk and noise."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/ground-risk/rules",
            results={200: models.GroundRulesShown},
            body=body,
            idempotent=True,
        )

    def put_operator_contact(
        self, organisation_id: str | int, body: models.ContactBody | Mapping[str, Any]
    ) -> models.Contact:
        """Say whom to call about a firm's flights."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/operators/{organisation_id}/contact",
            results={200: models.Contact},
            path={"organisation_id": organisation_id},
            body=body,
            idempotent=True,
        )

    def put_policy(
        self, body: models.PolicyBody | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.PolicyAnswer:
        """Publish a policy."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/policy",
            results={200: models.PolicyAnswer},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    def put_policy_weather(self, body: models.WeatherBody | Mapping[str, Any]) -> models.PolicyAnswer:
        """Say what weather is in force."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/policy/weather",
            results={200: models.PolicyAnswer},
            body=body,
            idempotent=True,
        )

    def put_position(
        self, position_id: str | int, body: models.PositionBody | Mapping[str, Any]
    ) -> models.PositionShown:
        """Change a position."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/positions/{position_id}",
            results={200: models.PositionShown},
            path={"position_id": position_id},
            body=body,
            idempotent=True,
        )

    def put_quota(self, organisation_id: str | int, body: models.QuotaBody | Mapping[str, Any]) -> models.Quotas:
        """Set quotas."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/quotas/{organisation_id}",
            results={200: models.Quotas},
            path={"organisation_id": organisation_id},
            body=body,
            idempotent=True,
        )

    def put_sectors(self, body: models.SectorLayoutBody | Mapping[str, Any], *, if_match: str) -> models.SectorLayout:
        """Publish the division of the city."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/sectors",
            results={200: models.SectorLayout},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    def put_session_password(self, body: models.PasswordChangeBody | Mapping[str, Any]) -> None:
        """Change one's password."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/session/password",
            results={204: None},
            body=body,
            idempotent=True,
        )

    def put_site(self, site_id: str | int, body: models.FeatureBody | Mapping[str, Any]) -> models.PublishedFeature:
        """Publish a site."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/sites/{site_id}",
            results={200: models.PublishedFeature},
            path={"site_id": site_id},
            body=body,
            idempotent=True,
        )

    def put_weather_limits(self, body: models.LimitsBody | Mapping[str, Any]) -> models.WeatherLimitsShown:
        """Publish weather limits."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/weather/limits",
            results={200: models.WeatherLimitsShown},
            body=body,
            idempotent=True,
        )

    def put_zone(
        self, zone_id: str | int, body: models.ZoneBody | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.ZoneBody:
        """Change a zone."""
        return self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/zones/{zone_id}",
            results={200: models.ZoneBody},
            path={"zone_id": zone_id},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    def reassign_order(self, order_id: str | int, body: models.ReassignBody | Mapping[str, Any]) -> models.Order:
        """Give an order to another carrier."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/reassign",
            results={200: models.Order},
            path={"order_id": order_id},
            body=body,
            idempotent=False,
        )

    def refuse_application(
        self, application_id: str | int, body: models.RefusalBody | Mapping[str, Any]
    ) -> models.ApplicationDetail:
        """Refuse a firm."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/refuse",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            body=body,
            idempotent=False,
        )

    def register_aircraft(self, body: models.AircraftBody | Mapping[str, Any]) -> models.AircraftAnswer:
        """Register an aircraft."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft",
            results={201: models.AircraftAnswer},
            body=body,
            idempotent=False,
        )

    def release_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Release a flight."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/release",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    def release_order(self, order_id: str | int) -> models.Order:
        """Take an order off its flight."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/release",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    def remove_result(self, plan_id: str | int, result_id: str | int) -> None:
        """Remove a result of a flight."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/flight-plans/{plan_id}/results/{result_id}",
            results={204: None},
            path={"plan_id": plan_id, "result_id": result_id},
            idempotent=True,
        )

    def replay(
        self,
        *,
        from_: datetime,
        to: datetime,
        bbox: str | None = None,
        topics: str | None = None,
        speed: float | None = None,
    ) -> bytes:
        """Play a recorded window again, as lines of JSON."""
        return self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay",
            results={200: bytes},
            query={"from": from_, "to": to, "bbox": bbox, "topics": topics, "speed": speed},
            idempotent=True,
        )

    def replay_webhook(
        self, webhook_id: str | int, body: models.ReplayBody | Mapping[str, Any]
    ) -> models.WebhookReplay:
        """Send events again."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/replay",
            results={202: models.WebhookReplay},
            path={"webhook_id": webhook_id},
            body=body,
            idempotent=False,
        )

    def report_packets(self, body: Mapping[str, Any] | bytes, *, dry_run: bool | None = None) -> models.PacketsAnswer:
        """Report identification packets."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/identification/packets",
            results={202: models.PacketsAnswer},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    def report_tracks(self, body: Mapping[str, Any]) -> models.IngestAnswer:
        """Report positions."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/tracks",
            results={202: models.IngestAnswer},
            body=body,
            idempotent=False,
        )

    def resolve_alert(self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]) -> models.AlertItem:
        """Say that it is dealt with."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/resolve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    def retry_delivery(self, webhook_id: str | int, delivery_id: str | int) -> models.Delivery:
        """Send a delivery again."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
            results={200: models.Delivery},
            path={"webhook_id": webhook_id, "delivery_id": delivery_id},
            idempotent=False,
        )

    def retry_duty_message(self, message_id: str | int) -> models.DutyMessage:
        """Send a message again."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/messages/{message_id}/retry",
            results={200: models.DutyMessage},
            path={"message_id": message_id},
            idempotent=False,
        )

    def retry_order(self, order_id: str | int) -> models.Order:
        """Try an order again."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/retry",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    def revoke_credential(
        self, client_id: str | int, credential_id: str | int, *, keep_tokens: bool | None = None
    ) -> None:
        """Revoke a credential."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/clients/{client_id}/credentials/{credential_id}",
            results={204: None},
            path={"client_id": client_id, "credential_id": credential_id},
            query={"keep_tokens": keep_tokens},
            idempotent=True,
        )

    def revoke_tokens(
        self, client_id: str | int, body: models.RevocationBody | Mapping[str, Any]
    ) -> models.VoidedTokens:
        """Void a client's tokens."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients/{client_id}/revoke-tokens",
            results={200: models.VoidedTokens},
            path={"client_id": client_id},
            body=body,
            idempotent=False,
        )

    def rotate_webhook_secret(self, webhook_id: str | int) -> models.WebhookWithSecret:
        """Give a webhook a new secret."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/rotate",
            results={200: models.WebhookWithSecret},
            path={"webhook_id": webhook_id},
            idempotent=False,
        )

    def secret_application(
        self, application_id: str | int, *, application_token: str | None = None
    ) -> models.CollectedSecret:
        """Collect the first secret."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/secret",
            results={200: models.CollectedSecret},
            path={"application_id": application_id},
            headers={"Application-Token": application_token},
            idempotent=False,
        )

    def send_command(
        self, aircraft_id: str | int, body: models.CommandBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.CommandCheck | models.Command:
        """Give an order to a vehicle."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft/{aircraft_id}/commands",
            results={200: models.CommandCheck, 202: models.Command},
            path={"aircraft_id": aircraft_id},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    def send_commands(
        self, body: models.MassBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.CommandCheck | models.MassAnswer:
        """Give orders to several vehicles."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/commands/mass",
            results={200: models.CommandCheck, 202: models.MassAnswer},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    def shelve_alert(self, alert_id: str | int, body: models.ShelveBody | Mapping[str, Any]) -> models.AlertItem:
        """Put it aside for a while."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/shelve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    def sign_in(self, body: models.SignInBody | Mapping[str, Any]) -> models.SessionAnswer:
        """Sign in."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session",
            results={200: models.SessionAnswer},
            body=body,
            idempotent=False,
        )

    def sign_in_demo(self, body: models.DemoSignInBody | Mapping[str, Any]) -> models.SessionAnswer:
        """Sign in to the demonstration."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/demo",
            results={200: models.SessionAnswer},
            body=body,
            idempotent=False,
        )

    def sign_in_handover(
        self, handover_id: str | int, body: models.HandoverSignBody | Mapping[str, Any]
    ) -> models.ShiftLog:
        """Sign as who comes."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/sign-in",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    def sign_off_position(self) -> None:
        """Leave one's position."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions/sign-off",
            results={204: None},
            idempotent=False,
        )

    def sign_on_position(self, position_id: str | int) -> models.PositionShown:
        """Work at a position."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions/{position_id}/sign-on",
            results={200: models.PositionShown},
            path={"position_id": position_id},
            idempotent=False,
        )

    def sign_out(self) -> None:
        """Sign out."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/session",
            results={204: None},
            idempotent=True,
        )

    def sign_out_handover(
        self, handover_id: str | int, body: models.SignOutBody | Mapping[str, Any]
    ) -> models.ShiftLog:
        """Sign as who leaves."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/sign-out",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    def test_duty_contact(self, contact_id: str | int) -> models.DutyMessage:
        """Send a test message."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/contacts/{contact_id}/test",
            results={200: models.DutyMessage},
            path={"contact_id": contact_id},
            idempotent=False,
        )

    def tick_checklist_step(
        self, checklist_id: str | int, step: str | int, body: models.TickBody | Mapping[str, Any]
    ) -> models.Checklist:
        """Tick a step."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists/{checklist_id}/steps/{step}",
            results={200: models.Checklist},
            path={"checklist_id": checklist_id, "step": step},
            body=body,
            idempotent=False,
        )

    def totp_session(self, body: models.EnrolBody | Mapping[str, Any]) -> models.EnrolAnswer:
        """Set a second factor up."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/totp",
            results={201: models.EnrolAnswer},
            body=body,
            idempotent=False,
        )

    def totp_user(self, user_id: str | int) -> None:
        """Take a second factor away."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/users/{user_id}/totp",
            results={204: None},
            path={"user_id": user_id},
            idempotent=True,
        )

    def unshelve_alert(self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]) -> models.AlertItem:
        """Take back that it was put aside."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/unshelve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    def waive_event_report(
        self, report_id: str | int, body: models.WaiverBody | Mapping[str, Any]
    ) -> models.EventReport:
        """Waive an event report."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/event-reports/{report_id}/waive",
            results={200: models.EventReport},
            path={"report_id": report_id},
            body=body,
            idempotent=False,
        )

    def withdraw_corridor(self, corridor_id: str | int) -> None:
        """Withdraw a corridor."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/corridors/{corridor_id}",
            results={204: None},
            path={"corridor_id": corridor_id},
            idempotent=True,
        )

    def withdraw_population(self, grid_id: str | int) -> None:
        """Withdraw a population grid."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/population/grids/{grid_id}",
            results={204: None},
            path={"grid_id": grid_id},
            idempotent=True,
        )

    def withdraw_site(self, site_id: str | int) -> None:
        """Withdraw a site."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/sites/{site_id}",
            results={204: None},
            path={"site_id": site_id},
            idempotent=True,
        )

    def withdraw_temporary_zone(self, zone_id: str | int) -> None:
        """Withdraw a temporary zone."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/temporary-zones/{zone_id}",
            results={204: None},
            path={"zone_id": zone_id},
            idempotent=True,
        )

    def withdraw_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Take an offer back."""
        return self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/withdraw",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    def withdraw_weather(self, forecast_id: str | int) -> None:
        """Withdraw a forecast."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/weather/forecasts/{forecast_id}",
            results={204: None},
            path={"forecast_id": forecast_id},
            idempotent=True,
        )

    def withdraw_zone(self, zone_id: str | int, *, if_match: str | None = None) -> None:
        """Withdraw a zone."""
        return self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/zones/{zone_id}",
            results={204: None},
            path={"zone_id": zone_id},
            headers={"If-Match": if_match},
            idempotent=True,
        )


class AsyncOperations(ABC):
    """The operations with `await`."""

    @abstractmethod
    async def _call(self, method: str, path_template: str, **more: Any) -> Any:
        """Send a request and return the answer as its type."""

    async def accept_contingency(
        self, contingency_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.Contingency:
        """Accept a proposed contingency."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/contingencies/{contingency_id}/accept",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            body=body,
            idempotent=False,
        )

    async def accept_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Take what is offered."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/accept",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    async def acknowledge_advisory(self, advisory_id: str | int) -> models.Advisory:
        """Acknowledge an advisory."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/advisories/{advisory_id}/acknowledge",
            results={200: models.Advisory},
            path={"advisory_id": advisory_id},
            idempotent=False,
        )

    async def acknowledge_alert(
        self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]
    ) -> models.AlertItem:
        """Say that somebody has seen it."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/acknowledge",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    async def activate_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Start the flight."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/activate",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    async def add_credential(
        self, client_id: str | int, body: models.CredentialBody | Mapping[str, Any]
    ) -> models.NewCredential:
        """Add a credential."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients/{client_id}/credentials",
            results={201: models.NewCredential},
            path={"client_id": client_id},
            body=body,
            idempotent=False,
        )

    async def add_result(self, plan_id: str | int, body: models.ResultBody | Mapping[str, Any]) -> models.FlightResult:
        """Add a result of a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/results",
            results={201: models.FlightResult},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    async def approve_application(
        self, application_id: str | int, body: models.ApprovalBody | Mapping[str, Any]
    ) -> models.ApplicationDetail:
        """Let a firm in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/approve",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            body=body,
            idempotent=False,
        )

    async def assign_sectors(self, body: models.AssignmentsBody | Mapping[str, Any]) -> models.SectorLayout:
        """Combine or split sectors."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/sectors/assignments",
            results={200: models.SectorLayout},
            body=body,
            idempotent=False,
        )

    async def authorize_oauth(self, body: bytes, *, content_type: str | None = None) -> None:
        """Answer the sign-in page."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/oauth/authorize",
            results={},
            body=body,
            content_type=content_type,
            idempotent=False,
        )

    async def book_mission(self, body: models.MissionBody | Mapping[str, Any]) -> models.MissionWithPlan:
        """Book a flight whole."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions",
            results={201: models.MissionWithPlan},
            body=body,
            idempotent=False,
        )

    async def cancel_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Give up a plan."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/cancel",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    async def cancel_mission(self, mission_id: str | int) -> models.Mission:
        """Give a mission up."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions/{mission_id}/cancel",
            results={200: models.Mission},
            path={"mission_id": mission_id},
            idempotent=False,
        )

    async def cancel_order(self, order_id: str | int) -> models.Order:
        """Cancel an order."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/cancel",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    async def change_aircraft(
        self, aircraft_id: str | int, body: models.AircraftPatch | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.AircraftAnswer:
        """Change an aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/aircraft/{aircraft_id}",
            results={200: models.AircraftAnswer},
            path={"aircraft_id": aircraft_id},
            headers={"if-match": if_match},
            body=body,
            idempotent=False,
        )

    async def change_battery(
        self, battery_id: str | int, body: models.BatteryPatch | Mapping[str, Any]
    ) -> models.Battery:
        """Change a battery."""
        return await self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/batteries/{battery_id}",
            results={200: models.Battery},
            path={"battery_id": battery_id},
            body=body,
            idempotent=False,
        )

    async def change_crew(self, crew_id: str | int, body: models.CrewPatch | Mapping[str, Any]) -> models.Crew:
        """Change a crew."""
        return await self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/crews/{crew_id}",
            results={200: models.Crew},
            path={"crew_id": crew_id},
            body=body,
            idempotent=False,
        )

    async def change_duty_contact(
        self, contact_id: str | int, body: models.DutyContactPatch | Mapping[str, Any]
    ) -> models.DutyContactShown:
        """Change a contact."""
        return await self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/duty/contacts/{contact_id}",
            results={200: models.DutyContactShown},
            path={"contact_id": contact_id},
            body=body,
            idempotent=False,
        )

    async def change_webhook(
        self, webhook_id: str | int, body: models.WebhookPatch | Mapping[str, Any]
    ) -> models.Webhook:
        """Change a webhook."""
        return await self._call(  # type: ignore[no-any-return]
            "PATCH",
            "/v1/webhooks/{webhook_id}",
            results={200: models.Webhook},
            path={"webhook_id": webhook_id},
            body=body,
            idempotent=False,
        )

    async def check_alternative(
        self, plan_id: str | int, body: models.AlternativeBody | Mapping[str, Any]
    ) -> models.AlternativeAnswer:
        """Judge an alternative."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/alternative/check",
            results={200: models.AlternativeAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=True,
        )

    async def check_command(
        self, aircraft_id: str | int, body: models.CommandBody | Mapping[str, Any]
    ) -> models.CommandCheck:
        """What an order would do."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft/{aircraft_id}/commands/check",
            results={200: models.CommandCheck},
            path={"aircraft_id": aircraft_id},
            body=body,
            idempotent=True,
        )

    async def check_flight_plan(self, body: models.FlightPlanBody | Mapping[str, Any]) -> models.CheckedPlan:
        """Judge a plan without filing it."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/check",
            results={200: models.CheckedPlan},
            body=body,
            idempotent=True,
        )

    async def close_checklist(
        self, checklist_id: str | int, body: models.ChecklistCloseBody | Mapping[str, Any]
    ) -> models.Checklist:
        """Close a checklist."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists/{checklist_id}/close",
            results={200: models.Checklist},
            path={"checklist_id": checklist_id},
            body=body,
            idempotent=False,
        )

    async def close_position(self, position_id: str | int) -> None:
        """Close a position."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/positions/{position_id}",
            results={204: None},
            path={"position_id": position_id},
            idempotent=True,
        )

    async def close_sandbox(self, organisation_id: str | int) -> None:
        """Give a sandbox up."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/sandboxes/{organisation_id}",
            results={204: None},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def confirm_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Report readiness."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/confirm",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    async def confirm_mission(self, mission_id: str | int) -> models.Mission:
        """Confirm a held booking."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/missions/{mission_id}/confirm",
            results={200: models.Mission},
            path={"mission_id": mission_id},
            idempotent=False,
        )

    async def confirm_session_totp(self, body: models.CodeBody | Mapping[str, Any]) -> models.ConfirmAnswer:
        """Switch the second factor on."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/totp/confirm",
            results={200: models.ConfirmAnswer},
            body=body,
            idempotent=False,
        )

    async def contacts_duty(self, body: models.DutyContactBody | Mapping[str, Any]) -> models.NewDutyContact:
        """Add a contact."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/contacts",
            results={201: models.NewDutyContact},
            body=body,
            idempotent=False,
        )

    async def create_application(self, body: models.ApplicationBody | Mapping[str, Any]) -> models.NewApplication:
        """Apply."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications",
            results={202: models.NewApplication},
            body=body,
            idempotent=False,
        )

    async def create_battery(self, body: models.BatteryBody | Mapping[str, Any]) -> models.Battery:
        """Add a battery."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/batteries",
            results={201: models.Battery},
            body=body,
            idempotent=False,
        )

    async def create_client(self, body: models.ClientBody | Mapping[str, Any]) -> models.NewClient:
        """Bring a client in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients",
            results={201: models.NewClient},
            body=body,
            idempotent=False,
        )

    async def create_crew(self, body: models.CrewBody | Mapping[str, Any]) -> models.Crew:
        """Add a crew."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/crews",
            results={201: models.Crew},
            body=body,
            idempotent=False,
        )

    async def create_demo_fault(self, body: models.DemoFaultBody | Mapping[str, Any]) -> models.DemoFault:
        """Let a fault come to a simulated vehicle."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/demo/faults",
            results={201: models.DemoFault},
            body=body,
            idempotent=False,
        )

    async def create_handover(self) -> models.ShiftLog:
        """Open the first shift log."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers",
            results={201: models.ShiftLog},
            idempotent=False,
        )

    async def create_order(self, body: models.OrderBody | Mapping[str, Any]) -> models.OrderStory:
        """Create an order."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders",
            results={201: models.OrderStory},
            body=body,
            idempotent=False,
        )

    async def create_organisation(self, body: models.OrganisationBody | Mapping[str, Any]) -> models.OrganisationShown:
        """Bring an organisation in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/organisations",
            results={201: models.OrganisationShown},
            body=body,
            idempotent=False,
        )

    async def create_position(self, body: models.PositionBody | Mapping[str, Any]) -> models.PositionShown:
        """Make a position."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions",
            results={201: models.PositionShown},
            body=body,
            idempotent=False,
        )

    async def create_relying_party(self, body: models.RelyingPartyBody | Mapping[str, Any]) -> models.NewRelyingParty:
        """Bring a tool in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/relying-parties",
            results={201: models.NewRelyingParty},
            body=body,
            idempotent=False,
        )

    async def create_sandbox(self, body: models.SandboxBody | Mapping[str, Any]) -> models.NewSandbox:
        """Make a sandbox."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/sandboxes",
            results={201: models.NewSandbox},
            body=body,
            idempotent=False,
        )

    async def create_signing_key(self, body: models.RotationBody | Mapping[str, Any]) -> models.SigningKeys:
        """Rotate the signing key."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/signing-keys",
            results={201: models.SigningKeys},
            body=body,
            idempotent=False,
        )

    async def create_standing_approval(
        self, body: models.StandingApprovalBody | Mapping[str, Any]
    ) -> models.StandingApproval:
        """Apply for a standing approval."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals",
            results={201: models.StandingApproval},
            body=body,
            idempotent=False,
        )

    async def create_transfer(self, body: models.TransferBody | Mapping[str, Any]) -> models.TransferShown:
        """Offer a flight or alert to another position."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers",
            results={201: models.TransferShown},
            body=body,
            idempotent=False,
        )

    async def create_user(self, body: models.UserBody | Mapping[str, Any]) -> models.NewPerson:
        """Bring a person in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/users",
            results={201: models.NewPerson},
            body=body,
            idempotent=False,
        )

    async def create_webhook(self, body: models.WebhookBody | Mapping[str, Any]) -> models.WebhookWithSecret:
        """Create a webhook."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks",
            results={201: models.WebhookWithSecret},
            body=body,
            idempotent=False,
        )

    async def days_standing_approval(
        self, standing_approval_id: str | int, body: models.StandingDayBody | Mapping[str, Any]
    ) -> models.StandingDay:
        """File a day under a standing approval."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals/{standing_approval_id}/days",
            results={201: models.StandingDay},
            path={"standing_approval_id": standing_approval_id},
            body=body,
            idempotent=False,
        )

    async def decide_flight_plan(
        self, plan_id: str | int, body: models.DecisionBody | Mapping[str, Any]
    ) -> models.FlightPlanAnswer:
        """Decide a pending plan."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/decision",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    async def decide_standing_approval(
        self, standing_approval_id: str | int, body: models.StandingDecisionBody | Mapping[str, Any]
    ) -> models.StandingApproval:
        """Decide a standing approval."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/standing-approvals/{standing_approval_id}/decision",
            results={200: models.StandingApproval},
            path={"standing_approval_id": standing_approval_id},
            body=body,
            idempotent=False,
        )

    async def decision_approval(
        self, approval_id: str | int, body: models.ApprovalDecisionBody | Mapping[str, Any]
    ) -> models.ApprovalDetail:
        """Decide an approval."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/approvals/{approval_id}/decision",
            results={200: models.ApprovalDetail},
            path={"approval_id": approval_id},
            body=body,
            idempotent=False,
        )

    async def declare_contingency(
        self, plan_id: str | int, body: models.ContingencyDeclaration | Mapping[str, Any]
    ) -> models.Contingency:
        """Declare a contingency."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/contingency",
            results={201: models.Contingency},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    async def declare_ground_stop(self, body: models.GroundStopBody | Mapping[str, Any]) -> models.GroundStop:
        """Stop departures in an area."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/ground-stops",
            results={201: models.GroundStop},
            body=body,
            idempotent=False,
        )

    async def decline_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Refuse what is offered."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/decline",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    async def delete_client(self, client_id: str | int) -> None:
        """Put a client out."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/clients/{client_id}",
            results={204: None},
            path={"client_id": client_id},
            idempotent=True,
        )

    async def delete_demo_faults(self, *, vehicle_id: str, fault_id: str | None = None) -> models.DemoFaultsGone:
        """Take a simulated vehicle's faults away."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/demo/faults",
            results={200: models.DemoFaultsGone},
            query={"vehicle_id": vehicle_id, "fault_id": fault_id},
            idempotent=True,
        )

    async def delete_duty_contact(self, contact_id: str | int) -> None:
        """Delete a contact."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/duty/contacts/{contact_id}",
            results={204: None},
            path={"contact_id": contact_id},
            idempotent=True,
        )

    async def delete_relying_party(self, client_id: str | int) -> None:
        """Put a tool out."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/relying-parties/{client_id}",
            results={204: None},
            path={"client_id": client_id},
            idempotent=True,
        )

    async def delete_session_totp(self, body: models.RemovalBody | Mapping[str, Any]) -> None:
        """Take the second factor away."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/session/totp",
            results={204: None},
            body=body,
            idempotent=True,
        )

    async def delete_signing_key(self, kid: str | int) -> None:
        """Retire a signing key at once."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/signing-keys/{kid}",
            results={204: None},
            path={"kid": kid},
            idempotent=True,
        )

    async def delete_user(self, user_id: str | int) -> None:
        """Put a person out."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/users/{user_id}",
            results={204: None},
            path={"user_id": user_id},
            idempotent=True,
        )

    async def delete_webhook(self, webhook_id: str | int) -> None:
        """Delete a webhook."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/webhooks/{webhook_id}",
            results={204: None},
            path={"webhook_id": webhook_id},
            idempotent=True,
        )

    async def deregister_aircraft(self, aircraft_id: str | int) -> None:
        """Deregister an aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/aircraft/{aircraft_id}",
            results={204: None},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    async def design_inspection(self, body: models.InspectionBody | Mapping[str, Any]) -> models.DesignInspection:
        """Design inspection flights."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/inspections",
            results={200: models.DesignInspection},
            body=body,
            idempotent=False,
        )

    async def dismiss_contingency(
        self, contingency_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.Contingency:
        """Dismiss a proposed contingency."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/contingencies/{contingency_id}/dismiss",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            body=body,
            idempotent=False,
        )

    async def dispatch_orders(self) -> models.DispatchReport:
        """Plan waiting orders now."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/dispatch",
            results={200: models.DispatchReport},
            idempotent=False,
        )

    async def end_flight_plan(
        self, plan_id: str | int, body: models.OwnedStepBody | Mapping[str, Any] | None = None
    ) -> models.FlightPlanAnswer:
        """End the flight."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/end",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    async def entries_handover(
        self, handover_id: str | int, body: models.EntryBody | Mapping[str, Any]
    ) -> models.ShiftLog:
        """Write into a shift log."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/entries",
            results={201: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    async def execute_action_list(
        self, action_list_id: str | int, body: models.ExecuteBody | Mapping[str, Any]
    ) -> models.ActionList:
        """Carry out actions of a list."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/action-lists/{action_list_id}/execute",
            results={202: models.ActionList},
            path={"action_list_id": action_list_id},
            body=body,
            idempotent=False,
        )

    async def export_network(self) -> dict[str, Any]:
        """Export sites and corridors."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/network/export",
            results={200: dict[str, Any]},
            idempotent=True,
        )

    async def file_event_report(
        self, report_id: str | int, body: models.EventReportBody | Mapping[str, Any]
    ) -> models.EventReport:
        """File an event report."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/event-reports/{report_id}/file",
            results={200: models.EventReport},
            path={"report_id": report_id},
            body=body,
            idempotent=False,
        )

    async def file_flight_plan(
        self, body: models.FlightPlanBody | Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> models.FlightPlanAnswer:
        """File a flight plan."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans",
            results={201: models.FlightPlanAnswer, 202: models.FlightPlanAnswer},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            idempotent=False,
        )

    async def file_flight_plans(self, body: models.BatchBody | Mapping[str, Any]) -> models.BatchAnswer:
        """File up to 500 plans."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/batch",
            results={207: models.BatchAnswer},
            body=body,
            idempotent=False,
        )

    async def find_routes(self, body: models.RouteBody | Mapping[str, Any]) -> models.Routes:
        """Find routes between two sites."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/routes",
            results={200: models.Routes},
            body=body,
            idempotent=False,
        )

    async def get__well_known_openid_configuration(self) -> models.OpenIdConfiguration:
        """OpenID provider configuration."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/openid-configuration",
            results={200: models.OpenIdConfiguration},
            idempotent=True,
        )

    async def get_action_list(self, action_list_id: str | int) -> models.ActionList:
        """Read a list."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/action-lists/{action_list_id}",
            results={200: models.ActionList},
            path={"action_list_id": action_list_id},
            idempotent=True,
        )

    async def get_aircraft(self, aircraft_id: str | int) -> models.AircraftAnswer:
        """Read an aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}",
            results={200: models.AircraftAnswer},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    async def get_aircraft_link(self, aircraft_id: str | int) -> models.LinkReport:
        """The data link to an aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}/link",
            results={200: models.LinkReport},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    async def get_airspace_at(
        self,
        *,
        lat_deg: float,
        lon_deg: float,
        alt_m: float | None = None,
        alt_datum: str | None = None,
        at: datetime | None = None,
    ) -> models.AirspaceAt:
        """What applies here."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/at",
            results={200: models.AirspaceAt},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": alt_m, "alt_datum": alt_datum, "at": at},
            idempotent=True,
        )

    async def get_airspace_cells(
        self,
        *,
        res: int | None = None,
        at: datetime | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.CellLoads:
        """H3 cells with load."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/cells",
            results={200: models.CellLoads},
            query={"res": res, "at": at, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    async def get_airspace_grid(
        self,
        *,
        lat_deg: float | None = None,
        lon_deg: float | None = None,
        level: int | None = None,
        crs: str | None = None,
        code: str | None = None,
        h3: str | None = None,
    ) -> models.Grid:
        """Grid codes of a point, or the place of one."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/airspace/grid",
            results={200: models.Grid},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg, "level": level, "crs": crs, "code": code, "h3": h3},
            idempotent=True,
        )

    async def get_alert(self, alert_id: str | int) -> models.AlertWithSteps:
        """One alert with its steps."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/alerts/{alert_id}",
            results={200: models.AlertWithSteps},
            path={"alert_id": alert_id},
            idempotent=True,
        )

    async def get_application(self, application_id: str | int) -> models.ApplicationDetail:
        """Read an application."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications/{application_id}",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            idempotent=True,
        )

    async def get_approval(self, approval_id: str | int) -> models.ApprovalDetail:
        """Read an approval."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/approvals/{approval_id}",
            results={200: models.ApprovalDetail},
            path={"approval_id": approval_id},
            idempotent=True,
        )

    async def get_carrier(self, aircraft_id: str | int) -> models.StandingCarrier:
        """Read a carrier."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/carriers/{aircraft_id}",
            results={200: models.StandingCarrier},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    async def get_client(self, client_id: str | int) -> models.Client:
        """Read a client."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/clients/{client_id}",
            results={200: models.Client},
            path={"client_id": client_id},
            idempotent=True,
        )

    async def get_command(self, command_id: str | int) -> models.Command:
        """One order with its transitions."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/commands/{command_id}",
            results={200: models.Command},
            path={"command_id": command_id},
            idempotent=True,
        )

    async def get_contingency(self, contingency_id: str | int) -> models.Contingency:
        """Read a contingency."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/contingencies/{contingency_id}",
            results={200: models.Contingency},
            path={"contingency_id": contingency_id},
            idempotent=True,
        )

    async def get_current_checklists(self) -> models.ChecklistsNow:
        """Checklists needed now."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/checklists/current",
            results={200: models.ChecklistsNow},
            idempotent=True,
        )

    async def get_demo_users(self) -> models.DemoUsersAnswer:
        """The demonstration's people."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/demo-users",
            results={200: models.DemoUsersAnswer},
            idempotent=True,
        )

    async def get_duty_contact(self, contact_id: str | int) -> models.DutyContactShown:
        """Read a contact."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/contacts/{contact_id}",
            results={200: models.DutyContactShown},
            path={"contact_id": contact_id},
            idempotent=True,
        )

    async def get_duty_now(self) -> models.DutyContacts:
        """Who is on duty."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/now",
            results={200: models.DutyContacts},
            idempotent=True,
        )

    async def get_event_report(self, report_id: str | int) -> models.EventReport:
        """Read an event report."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/event-reports/{report_id}",
            results={200: models.EventReport},
            path={"report_id": report_id},
            idempotent=True,
        )

    async def get_fleet_state(self, *, vehicles: bool | None = None) -> models.FleetState:
        """Vehicles with their links and service, and sites with their pads."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/fleet/state",
            results={200: models.FleetState},
            query={"vehicles": vehicles},
            idempotent=True,
        )

    async def get_flight_owner(
        self, *, aircraft_id: str | None = None, track_id: str | None = None
    ) -> models.FlightOwner:
        """Who owns a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/owner",
            results={200: models.FlightOwner},
            query={"aircraft_id": aircraft_id, "track_id": track_id},
            idempotent=True,
        )

    async def get_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Read a flight plan."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    async def get_flight_plan_export(self, plan_id: str | int, *, format: str) -> dict[str, Any]:
        """Write a plan for a ground station."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/export",
            results={200: dict[str, Any]},
            path={"plan_id": plan_id},
            query={"format": format},
            idempotent=True,
        )

    async def get_flight_plan_profile(self, plan_id: str | int) -> models.Profile:
        """A flight's heights against the ground, zones and corridors."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/profile",
            results={200: models.Profile},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    async def get_flight_plan_record(self, plan_id: str | int, *, format: str | None = None) -> models.FlightRecord:
        """Read a flight's whole record."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/record",
            results={200: models.FlightRecord},
            path={"plan_id": plan_id},
            query={"format": format},
            idempotent=True,
        )

    async def get_flight_plan_timeline(self, plan_id: str | int) -> models.Timeline:
        """What happened to a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/timeline",
            results={200: models.Timeline},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    async def get_go_no_go(self, plan_id: str | int) -> models.PlanGoNoGo:
        """Go or no go."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/go-no-go",
            results={200: models.PlanGoNoGo},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    async def get_ground_rules(self) -> models.GroundRulesShown:
        """Rules of ground risk and noise."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/ground-risk/rules",
            results={200: models.GroundRulesShown},
            idempotent=True,
        )

    async def get_handover(self, handover_id: str | int) -> models.ShiftLog:
        """A shift log."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers/{handover_id}",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            idempotent=True,
        )

    async def get_handover_current(self) -> models.RunningShift:
        """The running shift log."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers/current",
            results={200: models.RunningShift},
            idempotent=True,
        )

    async def get_health(self) -> models.Health:
        """The process is up."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/healthz",
            results={200: models.Health},
            idempotent=True,
        )

    async def get_incident(self, incident_id: str | int) -> models.Incident:
        """Read an incident."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents/{incident_id}",
            results={200: models.Incident},
            path={"incident_id": incident_id},
            idempotent=True,
        )

    async def get_incident_bundle(self, incident_id: str | int) -> bytes:
        """Download the evidence about an incident."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents/{incident_id}/bundle",
            results={200: bytes},
            path={"incident_id": incident_id},
            idempotent=True,
        )

    async def get_jwks(self) -> models.Jwks:
        """The public keys tokens are signed with."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/jwks.json",
            results={200: models.Jwks},
            idempotent=True,
        )

    async def get_mission(self, mission_id: str | int) -> models.MissionWithPlan:
        """Read a mission."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/missions/{mission_id}",
            results={200: models.MissionWithPlan},
            path={"mission_id": mission_id},
            idempotent=True,
        )

    async def get_oauth_authorize(self) -> bytes:
        """Sign in for another tool."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/oauth/authorize",
            results={200: bytes},
            idempotent=True,
        )

    async def get_oauth_userinfo(self) -> models.UserInfo:
        """Who signed in."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/oauth/userinfo",
            results={200: models.UserInfo},
            idempotent=True,
        )

    async def get_operator(self, organisation_id: str | int) -> models.OperatorAnswer:
        """Read an operator."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators/{organisation_id}",
            results={200: models.OperatorAnswer},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def get_operator_contact(self, organisation_id: str | int) -> models.Contact:
        """Whom to call about a firm's flights."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators/{organisation_id}/contact",
            results={200: models.Contact},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def get_order(self, order_id: str | int) -> models.OrderStory:
        """Read an order."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/orders/{order_id}",
            results={200: models.OrderStory},
            path={"order_id": order_id},
            idempotent=True,
        )

    async def get_own_quota(self) -> models.Quotas:
        """What we may use."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/quotas/own",
            results={200: models.Quotas},
            idempotent=True,
        )

    async def get_policy(self) -> models.PolicyAnswer:
        """The rules in force."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy",
            results={200: models.PolicyAnswer},
            idempotent=True,
        )

    async def get_policy_impact(self, body: models.PolicyBody | Mapping[str, Any]) -> models.ImpactAnswer:
        """What a policy would do."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/policy/impact",
            results={200: models.ImpactAnswer},
            body=body,
            idempotent=True,
        )

    async def get_policy_preset_order_761(self) -> models.PolicyPresetOrder761:
        """What Order 761 asks for."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy/presets/order_761",
            results={200: models.PolicyPresetOrder761},
            idempotent=True,
        )

    async def get_population(
        self, *, res: int | None = None, bbox: str | None = None, grid: str | None = None, h3: str | None = None
    ) -> models.Population:
        """People on the ground."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/population",
            results={200: models.Population},
            query={"res": res, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    async def get_quota(self, organisation_id: str | int) -> models.Quotas:
        """Read quotas."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/quotas/{organisation_id}",
            results={200: models.Quotas},
            path={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def get_readiness(self) -> models.Readiness:
        """Able to serve."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/readyz",
            results={200: models.Readiness},
            idempotent=True,
        )

    async def get_replay_distance(
        self, *, track_a: str, track_b: str, from_: datetime, to: datetime
    ) -> models.ReplayDistance:
        """How far apart two flights were."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay/distance",
            results={200: models.ReplayDistance},
            query={"track_a": track_a, "track_b": track_b, "from": from_, "to": to},
            idempotent=True,
        )

    async def get_replay_range(self) -> models.ReplayRange:
        """From when to when there are recordings."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay/range",
            results={200: models.ReplayRange},
            idempotent=True,
        )

    async def get_sector_board(self) -> models.SectorBoard:
        """Load, owners and transfers."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/board",
            results={200: models.SectorBoard},
            idempotent=True,
        )

    async def get_sector_version(self, version: str | int) -> models.SectorLayout:
        """An earlier division."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/versions/{version}",
            results={200: models.SectorLayout},
            path={"version": version},
            idempotent=True,
        )

    async def get_sectors(self) -> models.SectorLayout:
        """The division of the city."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors",
            results={200: models.SectorLayout},
            idempotent=True,
        )

    async def get_server_metadata(self) -> models.ServerMetadata:
        """Metadata of the authorisation server."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/.well-known/oauth-authorization-server",
            results={200: models.ServerMetadata},
            idempotent=True,
        )

    async def get_session(self) -> models.SessionAnswer:
        """Who am I."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session",
            results={200: models.SessionAnswer},
            idempotent=True,
        )

    async def get_session_oidc(self) -> None:
        """Sign in with the OpenID provider."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/oidc",
            results={},
            idempotent=True,
        )

    async def get_session_oidc_callback(self) -> None:
        """Come back from the OpenID provider."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/oidc/callback",
            results={},
            idempotent=True,
        )

    async def get_session_totp(self) -> models.TotpAnswer:
        """My second factor."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/totp",
            results={200: models.TotpAnswer},
            idempotent=True,
        )

    async def get_site(self, site_id: str | int) -> models.NetworkFeature:
        """Read a site."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites/{site_id}",
            results={200: models.NetworkFeature},
            path={"site_id": site_id},
            idempotent=True,
        )

    async def get_standing_approval(self, standing_approval_id: str | int) -> models.StandingApproval:
        """Read a standing approval."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals/{standing_approval_id}",
            results={200: models.StandingApproval},
            path={"standing_approval_id": standing_approval_id},
            idempotent=True,
        )

    async def get_statistics(self, *, from_: datetime | None = None, to: datetime | None = None) -> models.Statistics:
        """The city's indicators."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics",
            results={200: models.Statistics},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    async def get_statistics_fairness(
        self, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.FairnessAnswer:
        """How each firm's requests fared."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/fairness",
            results={200: models.FairnessAnswer},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    async def get_statistics_logistics(
        self,
        *,
        from_: datetime | None = None,
        to: datetime | None = None,
        format: str | None = None,
        table: str | None = None,
        flight_hour_cost: float | None = None,
        kwh_cost: float | None = None,
    ) -> models.LogisticsStatistics:
        """How deliveries fare."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/logistics",
            results={200: models.LogisticsStatistics},
            query={
                "from": from_,
                "to": to,
                "format": format,
                "table": table,
                "flight_hour_cost": flight_hour_cost,
                "kwh_cost": kwh_cost,
            },
            idempotent=True,
        )

    async def get_statistics_noise(
        self,
        *,
        from_: datetime | None = None,
        to: datetime | None = None,
        resolution: int | None = None,
        format: str | None = None,
    ) -> models.NoiseExposure:
        """Noise exposure per cell."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/noise",
            results={200: models.NoiseExposure},
            query={"from": from_, "to": to, "resolution": resolution, "format": format},
            idempotent=True,
        )

    async def get_statistics_report(
        self, *, day: str | None = None, month: str | None = None, lang: str | None = None, format: str | None = None
    ) -> models.StatisticsOperations:
        """The report of a day or month, to read and to keep."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/report",
            results={200: models.StatisticsOperations},
            query={"day": day, "month": month, "lang": lang, "format": format},
            idempotent=True,
        )

    async def get_system_feeds(self) -> models.SystemFeeds:
        """Every feed."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/system/feeds",
            results={200: models.SystemFeeds},
            idempotent=True,
        )

    async def get_system_health(self) -> models.SystemHealth:
        """Every dependency."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/system/health",
            results={200: models.SystemHealth},
            idempotent=True,
        )

    async def get_track_history(
        self,
        track_id: str | int,
        *,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.TrackHistory:
        """Where a track has been."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/tracks/{track_id}/history",
            results={200: models.TrackHistory},
            path={"track_id": track_id},
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor},
            idempotent=True,
        )

    async def get_weather(self, *, at: datetime | None = None) -> models.Weather:
        """The weather in force."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather",
            results={200: models.Weather},
            query={"at": at},
            idempotent=True,
        )

    async def get_weather_at(self, *, lat_deg: float, lon_deg: float) -> models.WeatherAt:
        """The weather at a place."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/at",
            results={200: models.WeatherAt},
            query={"lat_deg": lat_deg, "lon_deg": lon_deg},
            idempotent=True,
        )

    async def get_weather_limits(self) -> models.WeatherLimitsShown:
        """What aircraft may fly in."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/limits",
            results={200: models.WeatherLimitsShown},
            idempotent=True,
        )

    async def get_webhook(self, webhook_id: str | int) -> models.Webhook:
        """Read a webhook."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks/{webhook_id}",
            results={200: models.Webhook},
            path={"webhook_id": webhook_id},
            idempotent=True,
        )

    async def get_zone(self, zone_id: str | int) -> models.ZoneBody:
        """Read a zone."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones/{zone_id}",
            results={200: models.ZoneBody},
            path={"zone_id": zone_id},
            idempotent=True,
        )

    async def get_zone_export(
        self,
        *,
        format: str | None = None,
        at: datetime | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> dict[str, Any]:
        """Export zones."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones/export",
            results={200: dict[str, Any]},
            query={"format": format, "at": at, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    async def get_zone_impact(self, body: models.ZoneBody | Mapping[str, Any]) -> models.ZoneImpact:
        """What a zone would do."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones/impact",
            results={200: models.ZoneImpact},
            body=body,
            idempotent=True,
        )

    async def hold_offer(self, plan_id: str | int, index: str | int) -> models.HeldOfferAnswer:
        """Hold a counter-offer."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/offers/{index}/hold",
            results={200: models.HeldOfferAnswer},
            path={"plan_id": plan_id, "index": index},
            idempotent=False,
        )

    async def import_flight_plan(
        self,
        body: bytes,
        *,
        format: str,
        dry_run: bool | None = None,
        aircraft_id: str | None = None,
        departure_at: str | None = None,
        operation_type: str | None = None,
        priority: int | None = None,
        cruise_speed_mps: float | None = None,
        crs: str | None = None,
        home_amsl_m: str | None = None,
        alt_datum: str | None = None,
        alt_m: float | None = None,
        content_type: str | None = None,
    ) -> models.ImportedPlan:
        """Read a plan from a ground station's file."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/import",
            results={200: models.ImportedPlan},
            query={
                "format": format,
                "dry_run": dry_run,
                "aircraft_id": aircraft_id,
                "departure_at": departure_at,
                "operation_type": operation_type,
                "priority": priority,
                "cruise_speed_mps": cruise_speed_mps,
                "crs": crs,
                "home_amsl_m": home_amsl_m,
                "alt_datum": alt_datum,
                "alt_m": alt_m,
            },
            body=body,
            content_type=content_type,
            idempotent=False,
        )

    async def import_network(
        self, body: models.NetworkBody | Mapping[str, Any], *, dry_run: bool | None = None, mode: str | None = None
    ) -> models.NetworkImport:
        """Import sites and corridors."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/network/import",
            results={200: models.NetworkImport},
            query={"dry_run": dry_run, "mode": mode},
            body=body,
            idempotent=False,
        )

    async def import_population(
        self,
        body: Mapping[str, Any] | bytes,
        *,
        format: str | None = None,
        dry_run: bool | None = None,
        absent: float | None = None,
        unit: str | None = None,
        source: str | None = None,
    ) -> models.PopulationCheck | models.ImportedPopulation:
        """Import a population grid."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/population/grids",
            results={200: models.PopulationCheck, 201: models.ImportedPopulation},
            query={"format": format, "dry_run": dry_run, "absent": absent, "unit": unit, "source": source},
            body=body,
            idempotent=False,
        )

    async def import_weather(
        self,
        body: Mapping[str, Any] | bytes,
        *,
        format: str | None = None,
        dry_run: bool | None = None,
        reach_m: float | None = None,
        source: str | None = None,
    ) -> models.ForecastCheck | models.ImportedForecast:
        """Import a forecast."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/weather/forecasts",
            results={200: models.ForecastCheck, 201: models.ImportedForecast},
            query={"format": format, "dry_run": dry_run, "reach_m": reach_m, "source": source},
            body=body,
            idempotent=False,
        )

    async def import_zones(
        self,
        body: models.ZoneCollection | Mapping[str, Any] | bytes,
        *,
        format: str,
        dry_run: bool | None = None,
        crs: str | None = None,
        restriction: str | None = None,
        lower_m: float | None = None,
        upper_m: float | None = None,
        datum: str | None = None,
    ) -> models.ZoneImport:
        """Import zones."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones/import",
            results={200: models.ZoneImport},
            query={
                "format": format,
                "dry_run": dry_run,
                "crs": crs,
                "restriction": restriction,
                "lower_m": lower_m,
                "upper_m": upper_m,
                "datum": datum,
            },
            body=body,
            idempotent=False,
        )

    async def lift_ground_stop(self, ground_stop_id: str | int) -> None:
        """Lift a ground stop."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/ground-stops/{ground_stop_id}",
            results={204: None},
            path={"ground_stop_id": ground_stop_id},
            idempotent=True,
        )

    async def list_action_lists(self, *, cursor: str | None = None, limit: int | None = None) -> models.ActionLists:
        """Lists of actions."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/action-lists",
            results={200: models.ActionLists},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_advisories(
        self,
        *,
        plan_id: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Advisories:
        """Advisories."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/advisories",
            results={200: models.Advisories},
            query={"plan_id": plan_id, "state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_aircraft(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        organisation_id: str | None = None,
        registration: str | None = None,
        include_inactive: bool | None = None,
    ) -> models.AircraftList:
        """List aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft",
            results={200: models.AircraftList},
            query={
                "cursor": cursor,
                "limit": limit,
                "organisation_id": organisation_id,
                "registration": registration,
                "include_inactive": include_inactive,
            },
            idempotent=True,
        )

    async def list_alerts(
        self,
        *,
        state: str | None = None,
        since: str | None = None,
        severity: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.AlertPage:
        """What needs attention."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/alerts",
            results={200: models.AlertPage},
            query={"state": state, "since": since, "severity": severity, "limit": limit, "cursor": cursor},
            idempotent=True,
        )

    async def list_application_status(
        self, application_id: str | int, *, application_token: str | None = None
    ) -> models.Application:
        """Follow an application."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications/{application_id}/status",
            results={200: models.Application},
            path={"application_id": application_id},
            headers={"Application-Token": application_token},
            idempotent=True,
        )

    async def list_applications(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.ApplicationPage:
        """List applications."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/applications",
            results={200: models.ApplicationPage},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_approvals(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        organisation_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Approvals:
        """What waits for a decision."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/approvals",
            results={200: models.Approvals},
            query={"state": state, "kind": kind, "organisation_id": organisation_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_batteries(self) -> models.Batteries:
        """List batteries."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/batteries",
            results={200: models.Batteries},
            idempotent=True,
        )

    async def list_carriers(self) -> models.Carriers:
        """List carriers."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/carriers",
            results={200: models.Carriers},
            idempotent=True,
        )

    async def list_checklists(self, *, cursor: str | None = None, limit: int | None = None) -> models.Checklists:
        """List checklists."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/checklists",
            results={200: models.Checklists},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_clients(self, *, organisation_id: str | None = None) -> models.Clients:
        """List clients."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/clients",
            results={200: models.Clients},
            query={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def list_commands(
        self,
        *,
        aircraft_id: str | None = None,
        state: str | None = None,
        batch_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Commands:
        """Orders to vehicles."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/commands",
            results={200: models.Commands},
            query={"aircraft_id": aircraft_id, "state": state, "batch_id": batch_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_contingencies(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Contingencies:
        """Contingencies."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/contingencies",
            results={200: models.Contingencies},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_corridors(self) -> models.NetworkFeatures:
        """Corridors."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/corridors",
            results={200: models.NetworkFeatures},
            idempotent=True,
        )

    async def list_crews(self) -> models.Crews:
        """List crews."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/crews",
            results={200: models.Crews},
            idempotent=True,
        )

    async def list_demo_faults(self) -> models.DemoFaults:
        """Kinds of fault and simulated vehicles."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/demo/faults",
            results={200: models.DemoFaults},
            idempotent=True,
        )

    async def list_duty_contacts(self) -> models.DutyContacts:
        """List contacts."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/contacts",
            results={200: models.DutyContacts},
            idempotent=True,
        )

    async def list_duty_messages(
        self,
        *,
        contact_id: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.DutyMessages:
        """Messages sent."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/duty/messages",
            results={200: models.DutyMessages},
            query={"contact_id": contact_id, "state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_event_reports(
        self,
        *,
        state: str | None = None,
        overdue: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.EventReports:
        """Event reports."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/event-reports",
            results={200: models.EventReports},
            query={"state": state, "overdue": overdue, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_flight_plans(
        self,
        *,
        state: str | None = None,
        aircraft_id: str | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.FlightPlanPage:
        """List flight plans."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans",
            results={200: models.FlightPlanPage},
            query={
                "state": state,
                "aircraft_id": aircraft_id,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
            idempotent=True,
        )

    async def list_go_no_go(self, *, within_s: float | None = None) -> models.UpcomingGoNoGos:
        """Go or no go for the next departures."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/go-no-go",
            results={200: models.UpcomingGoNoGos},
            query={"within_s": within_s},
            idempotent=True,
        )

    async def list_ground_stops(self) -> models.GroundStops:
        """Ground stops that stand."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/ground-stops",
            results={200: models.GroundStops},
            idempotent=True,
        )

    async def list_handovers(self, *, cursor: str | None = None, limit: int | None = None) -> models.ShiftLogs:
        """List shift logs."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/handovers",
            results={200: models.ShiftLogs},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_incidents(self, *, cursor: str | None = None, limit: int | None = None) -> models.Incidents:
        """List incidents."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/incidents",
            results={200: models.Incidents},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_missions(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Missions:
        """List missions."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/missions",
            results={200: models.Missions},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_operators(self, *, cursor: str | None = None, limit: int | None = None) -> models.OperatorList:
        """List operators."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/operators",
            results={200: models.OperatorList},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_orders(
        self, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.Orders:
        """List orders."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/orders",
            results={200: models.Orders},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_organisations(self) -> models.OrganisationsShown:
        """List organisations."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/organisations",
            results={200: models.OrganisationsShown},
            idempotent=True,
        )

    async def list_policy_versions(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PolicyVersions:
        """Earlier policies."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/policy/versions",
            results={200: models.PolicyVersions},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_population_grids(self) -> models.PopulationGrids:
        """Imported population grids."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/population/grids",
            results={200: models.PopulationGrids},
            idempotent=True,
        )

    async def list_positions(self) -> models.PositionsShown:
        """Positions of the centre."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/positions",
            results={200: models.PositionsShown},
            idempotent=True,
        )

    async def list_relying_parties(self) -> models.RelyingParties:
        """List tools that sign in here."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/relying-parties",
            results={200: models.RelyingParties},
            idempotent=True,
        )

    async def list_reroutes(self, aircraft_id: str | int) -> models.Reroutes:
        """Ways to reroute to."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/aircraft/{aircraft_id}/reroutes",
            results={200: models.Reroutes},
            path={"aircraft_id": aircraft_id},
            idempotent=True,
        )

    async def list_results(self, plan_id: str | int) -> models.FlightResults:
        """Results of a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/flight-plans/{plan_id}/results",
            results={200: models.FlightResults},
            path={"plan_id": plan_id},
            idempotent=True,
        )

    async def list_routes(self, *, format: str | None = None) -> models.PublishedRoutes:
        """Published routes in the regulator's fields."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/routes",
            results={200: models.PublishedRoutes},
            query={"format": format},
            idempotent=True,
        )

    async def list_sandboxes(self) -> models.Sandboxes:
        """List sandboxes."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sandboxes",
            results={200: models.Sandboxes},
            idempotent=True,
        )

    async def list_sector_versions(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.SectorLayouts:
        """Earlier divisions."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sectors/versions",
            results={200: models.SectorLayouts},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_session_providers(self) -> models.ProvidersAnswer:
        """Where else to sign in."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/session/providers",
            results={200: models.ProvidersAnswer},
            idempotent=True,
        )

    async def list_signing_keys(self) -> models.SigningKeys:
        """List signing keys."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/signing-keys",
            results={200: models.SigningKeys},
            idempotent=True,
        )

    async def list_site_slots(
        self, site_id: str | int, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.Slots:
        """Slots of a site."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites/{site_id}/slots",
            results={200: models.Slots},
            path={"site_id": site_id},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    async def list_sites(self, *, bbox: str | None = None) -> models.NetworkFeatures:
        """Sites."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/sites",
            results={200: models.NetworkFeatures},
            query={"bbox": bbox},
            idempotent=True,
        )

    async def list_standing_approval_days(
        self, standing_approval_id: str | int, *, from_: str | None = None, to: str | None = None
    ) -> models.StandingDays:
        """Days filed under a standing approval."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals/{standing_approval_id}/days",
            results={200: models.StandingDays},
            path={"standing_approval_id": standing_approval_id},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    async def list_standing_approvals(self) -> models.StandingApprovals:
        """Standing approvals."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/standing-approvals",
            results={200: models.StandingApprovals},
            idempotent=True,
        )

    async def list_statistics_operations(
        self, *, from_: datetime | None = None, to: datetime | None = None
    ) -> models.StatisticsOperations:
        """How operations fare."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/statistics/operations",
            results={200: models.StatisticsOperations},
            query={"from": from_, "to": to},
            idempotent=True,
        )

    async def list_temporary_zones(self) -> models.TemporaryZones:
        """Temporary zones."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/temporary-zones",
            results={200: models.TemporaryZones},
            idempotent=True,
        )

    async def list_tracks(
        self,
        *,
        since: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.TrackPage:
        """Where everything is that you may see."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/tracks",
            results={200: models.TrackPage},
            query={"since": since, "limit": limit, "cursor": cursor, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    async def list_transfers(self, *, cursor: str | None = None, limit: int | None = None) -> models.TransfersShown:
        """Transfers."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/transfers",
            results={200: models.TransfersShown},
            query={"cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_users(self, *, organisation_id: str | None = None) -> models.People:
        """List people."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/users",
            results={200: models.People},
            query={"organisation_id": organisation_id},
            idempotent=True,
        )

    async def list_weather_forecasts(self) -> models.Forecasts:
        """Imported forecasts."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/weather/forecasts",
            results={200: models.Forecasts},
            idempotent=True,
        )

    async def list_webhook_deliveries(
        self, webhook_id: str | int, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.WebhookDeliveries:
        """Deliveries of a webhook."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks/{webhook_id}/deliveries",
            results={200: models.WebhookDeliveries},
            path={"webhook_id": webhook_id},
            query={"state": state, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_webhooks(self) -> models.Webhooks:
        """List webhooks."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/webhooks",
            results={200: models.Webhooks},
            idempotent=True,
        )

    async def list_zone_versions(
        self, *, zone_id: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.ZoneVersions:
        """Every change of zones."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zone-versions",
            results={200: models.ZoneVersions},
            query={"zone_id": zone_id, "cursor": cursor, "limit": limit},
            idempotent=True,
        )

    async def list_zones(
        self,
        *,
        at: datetime | None = None,
        format: str | None = None,
        bbox: str | None = None,
        grid: str | None = None,
        h3: str | None = None,
    ) -> models.ZoneCollection:
        """Zones in force."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/zones",
            results={200: models.ZoneCollection},
            query={"at": at, "format": format, "bbox": bbox, "grid": grid, "h3": h3},
            idempotent=True,
        )

    async def modify_flight_plan(
        self, plan_id: str | int, body: models.FlightPlanBody | Mapping[str, Any], *, if_match: str
    ) -> models.FlightPlanAnswer:
        """Modify a flight plan."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/flight-plans/{plan_id}",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    async def offer_alternative(
        self, plan_id: str | int, body: models.AlternativeBody | Mapping[str, Any]
    ) -> models.FlightPlanAnswer:
        """Offer an alternative."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/alternative",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            body=body,
            idempotent=False,
        )

    async def open_checklist(self, body: models.ChecklistBody | Mapping[str, Any]) -> models.Checklist:
        """Open a checklist."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists",
            results={201: models.Checklist},
            body=body,
            idempotent=False,
        )

    async def open_incident(self, body: models.IncidentBody | Mapping[str, Any]) -> models.Incident:
        """Open an incident."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/incidents",
            results={201: models.Incident},
            body=body,
            idempotent=False,
        )

    async def password_user(
        self, user_id: str | int, body: models.PasswordBody | Mapping[str, Any]
    ) -> models.NewPassword:
        """Give a person a new password."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/users/{user_id}/password",
            results={200: models.NewPassword},
            path={"user_id": user_id},
            body=body,
            idempotent=False,
        )

    async def poll_events(
        self,
        *,
        since: int | None = None,
        topics: str | None = None,
        wait_s: float | None = None,
        wait: float | None = None,
    ) -> models.Events:
        """Events of the live feed by long poll."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/events",
            results={200: models.Events},
            query={"since": since, "topics": topics, "wait_s": wait_s, "wait": wait},
            idempotent=True,
        )

    async def publish_temporary_zone(
        self, body: models.TemporaryZoneBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.TemporaryZonePreview | models.PublishedTemporaryZone:
        """Publish a temporary zone."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/temporary-zones",
            results={200: models.TemporaryZonePreview, 201: models.PublishedTemporaryZone},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    async def publish_zone(self, body: models.ZoneBody | Mapping[str, Any]) -> models.ZoneBody:
        """Publish a zone."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/zones",
            results={201: models.ZoneBody},
            body=body,
            idempotent=False,
        )

    async def put_carrier(self, aircraft_id: str | int, body: models.CarrierBody | Mapping[str, Any]) -> models.Carrier:
        """Make an aircraft a carrier."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/carriers/{aircraft_id}",
            results={200: models.Carrier},
            path={"aircraft_id": aircraft_id},
            body=body,
            idempotent=True,
        )

    async def put_corridor(
        self, corridor_id: str | int, body: models.FeatureBody | Mapping[str, Any]
    ) -> models.PublishedFeature:
        """Publish a corridor."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/corridors/{corridor_id}",
            results={200: models.PublishedFeature},
            path={"corridor_id": corridor_id},
            body=body,
            idempotent=True,
        )

    async def put_ground_rules(self, body: models.GroundRulesBody | Mapping[str, Any]) -> models.GroundRulesShown:
        """Publish rules of ground risk and noise."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/ground-risk/rules",
            results={200: models.GroundRulesShown},
            body=body,
            idempotent=True,
        )

    async def put_operator_contact(
        self, organisation_id: str | int, body: models.ContactBody | Mapping[str, Any]
    ) -> models.Contact:
        """Say whom to call about a firm's flights."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/operators/{organisation_id}/contact",
            results={200: models.Contact},
            path={"organisation_id": organisation_id},
            body=body,
            idempotent=True,
        )

    async def put_policy(
        self, body: models.PolicyBody | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.PolicyAnswer:
        """Publish a policy."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/policy",
            results={200: models.PolicyAnswer},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    async def put_policy_weather(self, body: models.WeatherBody | Mapping[str, Any]) -> models.PolicyAnswer:
        """Say what weather is in force."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/policy/weather",
            results={200: models.PolicyAnswer},
            body=body,
            idempotent=True,
        )

    async def put_position(
        self, position_id: str | int, body: models.PositionBody | Mapping[str, Any]
    ) -> models.PositionShown:
        """Change a position."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/positions/{position_id}",
            results={200: models.PositionShown},
            path={"position_id": position_id},
            body=body,
            idempotent=True,
        )

    async def put_quota(self, organisation_id: str | int, body: models.QuotaBody | Mapping[str, Any]) -> models.Quotas:
        """Set quotas."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/quotas/{organisation_id}",
            results={200: models.Quotas},
            path={"organisation_id": organisation_id},
            body=body,
            idempotent=True,
        )

    async def put_sectors(
        self, body: models.SectorLayoutBody | Mapping[str, Any], *, if_match: str
    ) -> models.SectorLayout:
        """Publish the division of the city."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/sectors",
            results={200: models.SectorLayout},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    async def put_session_password(self, body: models.PasswordChangeBody | Mapping[str, Any]) -> None:
        """Change one's password."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/session/password",
            results={204: None},
            body=body,
            idempotent=True,
        )

    async def put_site(
        self, site_id: str | int, body: models.FeatureBody | Mapping[str, Any]
    ) -> models.PublishedFeature:
        """Publish a site."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/sites/{site_id}",
            results={200: models.PublishedFeature},
            path={"site_id": site_id},
            body=body,
            idempotent=True,
        )

    async def put_weather_limits(self, body: models.LimitsBody | Mapping[str, Any]) -> models.WeatherLimitsShown:
        """Publish weather limits."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/weather/limits",
            results={200: models.WeatherLimitsShown},
            body=body,
            idempotent=True,
        )

    async def put_zone(
        self, zone_id: str | int, body: models.ZoneBody | Mapping[str, Any], *, if_match: str | None = None
    ) -> models.ZoneBody:
        """Change a zone."""
        return await self._call(  # type: ignore[no-any-return]
            "PUT",
            "/v1/zones/{zone_id}",
            results={200: models.ZoneBody},
            path={"zone_id": zone_id},
            headers={"If-Match": if_match},
            body=body,
            idempotent=True,
        )

    async def reassign_order(self, order_id: str | int, body: models.ReassignBody | Mapping[str, Any]) -> models.Order:
        """Give an order to another carrier."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/reassign",
            results={200: models.Order},
            path={"order_id": order_id},
            body=body,
            idempotent=False,
        )

    async def refuse_application(
        self, application_id: str | int, body: models.RefusalBody | Mapping[str, Any]
    ) -> models.ApplicationDetail:
        """Refuse a firm."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/refuse",
            results={200: models.ApplicationDetail},
            path={"application_id": application_id},
            body=body,
            idempotent=False,
        )

    async def register_aircraft(self, body: models.AircraftBody | Mapping[str, Any]) -> models.AircraftAnswer:
        """Register an aircraft."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft",
            results={201: models.AircraftAnswer},
            body=body,
            idempotent=False,
        )

    async def release_flight_plan(self, plan_id: str | int) -> models.FlightPlanAnswer:
        """Release a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/flight-plans/{plan_id}/release",
            results={200: models.FlightPlanAnswer},
            path={"plan_id": plan_id},
            idempotent=False,
        )

    async def release_order(self, order_id: str | int) -> models.Order:
        """Take an order off its flight."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/release",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    async def remove_result(self, plan_id: str | int, result_id: str | int) -> None:
        """Remove a result of a flight."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/flight-plans/{plan_id}/results/{result_id}",
            results={204: None},
            path={"plan_id": plan_id, "result_id": result_id},
            idempotent=True,
        )

    async def replay(
        self,
        *,
        from_: datetime,
        to: datetime,
        bbox: str | None = None,
        topics: str | None = None,
        speed: float | None = None,
    ) -> bytes:
        """Play a recorded window again, as lines of JSON."""
        return await self._call(  # type: ignore[no-any-return]
            "GET",
            "/v1/replay",
            results={200: bytes},
            query={"from": from_, "to": to, "bbox": bbox, "topics": topics, "speed": speed},
            idempotent=True,
        )

    async def replay_webhook(
        self, webhook_id: str | int, body: models.ReplayBody | Mapping[str, Any]
    ) -> models.WebhookReplay:
        """Send events again."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/replay",
            results={202: models.WebhookReplay},
            path={"webhook_id": webhook_id},
            body=body,
            idempotent=False,
        )

    async def report_packets(
        self, body: Mapping[str, Any] | bytes, *, dry_run: bool | None = None
    ) -> models.PacketsAnswer:
        """Report identification packets."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/identification/packets",
            results={202: models.PacketsAnswer},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    async def report_tracks(self, body: Mapping[str, Any]) -> models.IngestAnswer:
        """Report positions."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/tracks",
            results={202: models.IngestAnswer},
            body=body,
            idempotent=False,
        )

    async def resolve_alert(
        self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]
    ) -> models.AlertItem:
        """Say that it is dealt with."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/resolve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    async def retry_delivery(self, webhook_id: str | int, delivery_id: str | int) -> models.Delivery:
        """Send a delivery again."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
            results={200: models.Delivery},
            path={"webhook_id": webhook_id, "delivery_id": delivery_id},
            idempotent=False,
        )

    async def retry_duty_message(self, message_id: str | int) -> models.DutyMessage:
        """Send a message again."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/messages/{message_id}/retry",
            results={200: models.DutyMessage},
            path={"message_id": message_id},
            idempotent=False,
        )

    async def retry_order(self, order_id: str | int) -> models.Order:
        """Try an order again."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/orders/{order_id}/retry",
            results={200: models.Order},
            path={"order_id": order_id},
            idempotent=False,
        )

    async def revoke_credential(
        self, client_id: str | int, credential_id: str | int, *, keep_tokens: bool | None = None
    ) -> None:
        """Revoke a credential."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/clients/{client_id}/credentials/{credential_id}",
            results={204: None},
            path={"client_id": client_id, "credential_id": credential_id},
            query={"keep_tokens": keep_tokens},
            idempotent=True,
        )

    async def revoke_tokens(
        self, client_id: str | int, body: models.RevocationBody | Mapping[str, Any]
    ) -> models.VoidedTokens:
        """Void a client's tokens."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/clients/{client_id}/revoke-tokens",
            results={200: models.VoidedTokens},
            path={"client_id": client_id},
            body=body,
            idempotent=False,
        )

    async def rotate_webhook_secret(self, webhook_id: str | int) -> models.WebhookWithSecret:
        """Give a webhook a new secret."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/webhooks/{webhook_id}/rotate",
            results={200: models.WebhookWithSecret},
            path={"webhook_id": webhook_id},
            idempotent=False,
        )

    async def secret_application(
        self, application_id: str | int, *, application_token: str | None = None
    ) -> models.CollectedSecret:
        """Collect the first secret."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/applications/{application_id}/secret",
            results={200: models.CollectedSecret},
            path={"application_id": application_id},
            headers={"Application-Token": application_token},
            idempotent=False,
        )

    async def send_command(
        self, aircraft_id: str | int, body: models.CommandBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.CommandCheck | models.Command:
        """Give an order to a vehicle."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/aircraft/{aircraft_id}/commands",
            results={200: models.CommandCheck, 202: models.Command},
            path={"aircraft_id": aircraft_id},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    async def send_commands(
        self, body: models.MassBody | Mapping[str, Any], *, dry_run: bool | None = None
    ) -> models.CommandCheck | models.MassAnswer:
        """Give orders to several vehicles."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/commands/mass",
            results={200: models.CommandCheck, 202: models.MassAnswer},
            query={"dry_run": dry_run},
            body=body,
            idempotent=False,
        )

    async def shelve_alert(self, alert_id: str | int, body: models.ShelveBody | Mapping[str, Any]) -> models.AlertItem:
        """Put it aside for a while."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/shelve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    async def sign_in(self, body: models.SignInBody | Mapping[str, Any]) -> models.SessionAnswer:
        """Sign in."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session",
            results={200: models.SessionAnswer},
            body=body,
            idempotent=False,
        )

    async def sign_in_demo(self, body: models.DemoSignInBody | Mapping[str, Any]) -> models.SessionAnswer:
        """Sign in to the demonstration."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/demo",
            results={200: models.SessionAnswer},
            body=body,
            idempotent=False,
        )

    async def sign_in_handover(
        self, handover_id: str | int, body: models.HandoverSignBody | Mapping[str, Any]
    ) -> models.ShiftLog:
        """Sign as who comes."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/sign-in",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    async def sign_off_position(self) -> None:
        """Leave one's position."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions/sign-off",
            results={204: None},
            idempotent=False,
        )

    async def sign_on_position(self, position_id: str | int) -> models.PositionShown:
        """Work at a position."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/positions/{position_id}/sign-on",
            results={200: models.PositionShown},
            path={"position_id": position_id},
            idempotent=False,
        )

    async def sign_out(self) -> None:
        """Sign out."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/session",
            results={204: None},
            idempotent=True,
        )

    async def sign_out_handover(
        self, handover_id: str | int, body: models.SignOutBody | Mapping[str, Any]
    ) -> models.ShiftLog:
        """Sign as who leaves."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/handovers/{handover_id}/sign-out",
            results={200: models.ShiftLog},
            path={"handover_id": handover_id},
            body=body,
            idempotent=False,
        )

    async def test_duty_contact(self, contact_id: str | int) -> models.DutyMessage:
        """Send a test message."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/duty/contacts/{contact_id}/test",
            results={200: models.DutyMessage},
            path={"contact_id": contact_id},
            idempotent=False,
        )

    async def tick_checklist_step(
        self, checklist_id: str | int, step: str | int, body: models.TickBody | Mapping[str, Any]
    ) -> models.Checklist:
        """Tick a step."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/checklists/{checklist_id}/steps/{step}",
            results={200: models.Checklist},
            path={"checklist_id": checklist_id, "step": step},
            body=body,
            idempotent=False,
        )

    async def totp_session(self, body: models.EnrolBody | Mapping[str, Any]) -> models.EnrolAnswer:
        """Set a second factor up."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/session/totp",
            results={201: models.EnrolAnswer},
            body=body,
            idempotent=False,
        )

    async def totp_user(self, user_id: str | int) -> None:
        """Take a second factor away."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/users/{user_id}/totp",
            results={204: None},
            path={"user_id": user_id},
            idempotent=True,
        )

    async def unshelve_alert(
        self, alert_id: str | int, body: models.AlertStepBody | Mapping[str, Any]
    ) -> models.AlertItem:
        """Take back that it was put aside."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/alerts/{alert_id}/unshelve",
            results={200: models.AlertItem},
            path={"alert_id": alert_id},
            body=body,
            idempotent=False,
        )

    async def waive_event_report(
        self, report_id: str | int, body: models.WaiverBody | Mapping[str, Any]
    ) -> models.EventReport:
        """Waive an event report."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/event-reports/{report_id}/waive",
            results={200: models.EventReport},
            path={"report_id": report_id},
            body=body,
            idempotent=False,
        )

    async def withdraw_corridor(self, corridor_id: str | int) -> None:
        """Withdraw a corridor."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/corridors/{corridor_id}",
            results={204: None},
            path={"corridor_id": corridor_id},
            idempotent=True,
        )

    async def withdraw_population(self, grid_id: str | int) -> None:
        """Withdraw a population grid."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/population/grids/{grid_id}",
            results={204: None},
            path={"grid_id": grid_id},
            idempotent=True,
        )

    async def withdraw_site(self, site_id: str | int) -> None:
        """Withdraw a site."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/sites/{site_id}",
            results={204: None},
            path={"site_id": site_id},
            idempotent=True,
        )

    async def withdraw_temporary_zone(self, zone_id: str | int) -> None:
        """Withdraw a temporary zone."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/temporary-zones/{zone_id}",
            results={204: None},
            path={"zone_id": zone_id},
            idempotent=True,
        )

    async def withdraw_transfer(self, transfer_id: str | int) -> models.TransferShown:
        """Take an offer back."""
        return await self._call(  # type: ignore[no-any-return]
            "POST",
            "/v1/transfers/{transfer_id}/withdraw",
            results={200: models.TransferShown},
            path={"transfer_id": transfer_id},
            idempotent=False,
        )

    async def withdraw_weather(self, forecast_id: str | int) -> None:
        """Withdraw a forecast."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/weather/forecasts/{forecast_id}",
            results={204: None},
            path={"forecast_id": forecast_id},
            idempotent=True,
        )

    async def withdraw_zone(self, zone_id: str | int, *, if_match: str | None = None) -> None:
        """Withdraw a zone."""
        return await self._call(  # type: ignore[no-any-return]
            "DELETE",
            "/v1/zones/{zone_id}",
            results={204: None},
            path={"zone_id": zone_id},
            headers={"If-Match": if_match},
            idempotent=True,
        )
