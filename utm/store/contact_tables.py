"""Table of the people of a firm one calls about its flights."""

from sqlmodel import Field, SQLModel


class OperatorContactRow(SQLModel, table=True):
    """Who answers for a firm's flights, around the clock; null where the firm did not say."""

    __tablename__ = "operator_contacts"

    organisation_id: str = Field(primary_key=True)
    duty_name: str | None = None
    """Who or what post answers, such as "duty controller"."""
    phone: str | None = None
    radio: str | None = None
    """Channel or talk group."""
    email: str | None = None
    updated_at: str
    updated_by: str
