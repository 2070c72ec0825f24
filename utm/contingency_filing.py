"""What a filed body says about failures, as the airspace core reads it."""

from airspace.contingency import FiledContingency
from airspace.contingency_rules import landing_at
from airspace.scene import Scene
from utm.api.flight_plan_models import FlightPlanBody


def lost_link_site(parsed: FlightPlanBody) -> str | None:
    """Return the site a plan goes to as its alternate: the one named for a lost link, else the first alternate filed."""
    named = None if parsed.contingency is None else parsed.contingency.alternate_site_id
    return named or (parsed.alternate_site_ids[0] if parsed.alternate_site_ids else None)


def filed_contingency(parsed: FlightPlanBody, scene: Scene) -> FiledContingency | None:
    """Return the procedure a body files, with the place of its alternate where that site is known; None for none."""
    body = parsed.contingency
    if body is None:
        return None
    site = scene.sites.sites.get(lost_link_site(parsed) or "")
    alternate = None if site is None else landing_at(site.x_m, site.y_m, scene, site.site_id)
    return FiledContingency(body.lost_link, body.rtl_altitude_agl_m, alternate, body.return_route == "reverse")
