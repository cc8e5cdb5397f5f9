"""The data of both services, as Pydantic models.

`muxi.models.formation` holds what a formation sends and takes, `muxi.models.server` what the
MUXI Server does. Answers are frozen and keep keys that this version doesn't know; requests refuse
them, so that a typo fails before anything is sent.
"""
