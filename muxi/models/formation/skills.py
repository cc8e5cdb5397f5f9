"""Skills of the formation and of its agents (contract B2, B16).

Written from the runtime's source, because all of these endpoints fail in this version.
"""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Listing, Model

SkillScope = Literal["builtin", "public", "private"] | str


class SkillSummary(Model):
    """A skill, as lists show it."""

    name: str
    description: str
    scope: SkillScope
    """`"private"` skills belong to one agent."""
    has_scripts: bool
    resource_count: int
    has_execution_context: bool


class SkillList(Listing[SkillSummary]):
    """The skills that the formation has loaded."""

    skills: list[SkillSummary]


class Skill(Answer):
    """One skill."""

    name: str
    description: str
    license: str | None = None
    compatibility: str | None = None
    allowed_tools: list[str]
    resources: list[str]
    """The paths of the skill's files, relative to the skill."""


class AgentSkill(Model):
    """A skill that an agent may use."""

    name: str
    description: str
    scope: SkillScope


class AgentSkillList(Listing[AgentSkill]):
    """The skills that an agent may use."""

    skills: list[AgentSkill]
    agent_id: str | None = None
    """None if the formation has no skills."""
