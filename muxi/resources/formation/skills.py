"""Skills (contract B16)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m


class Skills(Resource):
    """The skills that agents can use. With this version of the runtime, all calls fail.

    Example:
        ```python
        import muxi

        with muxi.FormationClient() as formation:
            try:
                print([skill.name for skill in formation.skills.list()])
            except muxi.ServerError:
                print("This runtime can't list skills.")
        ```
    """

    @endpoint
    def list(self) -> Call[m.SkillList]:
        """List the skills that the formation has loaded. Needs the client key.

        Raises:
            AuthenticationError: The client key is wrong.
            ServerError: Always, with this version of the runtime.
        """
        return Call("GET", path("skills"), m.SkillList, KeyKind.CLIENT)

    @endpoint
    def get(self, name: str) -> Call[m.Skill]:
        """Return a skill. Needs the client key.

        Args:
            name: The skill's name, as `list` shows it.

        Raises:
            AuthenticationError: The client key is wrong.
            ServerError: Always, with this version of the runtime.
        """
        return Call("GET", path("skills", name), m.Skill, KeyKind.CLIENT)
