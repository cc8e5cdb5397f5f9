"""How names of MUXI's own Python SDK (the distribution `muxi`) are spelt in muxi-client.

This is loaded when a name is missing. `docs/migrating.md` is written from it (`make generate`).
"""

FORMATION = {
    "health()": "health()",
    "get_status()": "status()",
    "chat(payload, user_id)": "chat.send(payload, user_id=user_id)",
    "chat_stream(payload, user_id)": "chat_stream(payload, user_id=user_id)",
    "audio_chat(payload, user_id)": "audio.send(files, user_id=user_id)",
    "audio_chat_stream(payload, user_id)": "audio.stream(files, user_id=user_id)",
    "get_sessions(user_id, limit)": "sessions.list(limit=limit, user_id=user_id)",
    "get_session(session_id, user_id)": "sessions.get(session_id, user_id=user_id)",
    "get_session_messages(session_id, user_id)": (
        "sessions.list_messages(session_id, user_id=user_id)"
    ),
    "restore_session(session_id, user_id, messages)": (
        "sessions.restore(session_id, messages, user_id=user_id)"
    ),
    "get_requests(user_id)": "requests.list(user_id=user_id)",
    "get_request_status(request_id, user_id)": "requests.get(request_id, user_id=user_id)",
    "cancel_request(request_id, user_id)": "requests.cancel(request_id, user_id=user_id)",
    "get_memories(user_id, limit)": "memories.list(limit=limit, user_id=user_id)",
    "add_memory(user_id, mem_type, detail)": (
        "memories.create(detail, type=mem_type, user_id=user_id)"
    ),
    "delete_memory(user_id, memory_id)": "memories.delete(memory_id, user_id=user_id)",
    "get_user_buffer(user_id)": "memory.buffer.get_status(user_id=user_id)",
    "clear_user_buffer(user_id)": "memory.buffer.clear(user_id=user_id)",
    "clear_session_buffer(user_id, session_id)": (
        "memory.buffer.clear_session(session_id, user_id=user_id)"
    ),
    "clear_all_buffers()": "memory.buffer.clear(user_id=user_id)",
    "get_buffer_stats()": "memory.get_stats()",
    "get_scheduler_jobs(user_id)": "jobs.list(user_id=user_id)",
    "get_scheduler_job(job_id)": "jobs.get(job_id)",
    "create_scheduler_job(job_type, schedule, message, user_id)": (
        "jobs.create(message, type=job_type, schedule=schedule, user_id=user_id)"
    ),
    "update_scheduler_job(job_id, **kwargs)": "jobs.update(job_id, **kwargs)",
    "delete_scheduler_job(job_id)": "jobs.delete(job_id)",
    "pause_scheduler_job(job_id)": "jobs.pause(job_id)",
    "resume_scheduler_job(job_id)": "jobs.resume(job_id)",
    "get_triggers()": "triggers.list()",
    "get_trigger(name)": "triggers.get(name)",
    "fire_trigger(name, data, async_mode, user_id)": (
        "triggers.fire(name, data, wait=not async_mode, user_id=user_id)"
    ),
    "get_sops()": "sops.list()",
    "get_sop(name)": "sops.get(name)",
    "stream_events(user_id)": "events.stream(user_id=user_id)",
    "stream_request(user_id, session_id, request_id)": (
        "events.stream_turn(session_id, request_id, user_id=user_id)"
    ),
    "stream_logs(filters)": "logs.stream(**filters)",
    "resolve_user(identifier, create_user)": "users.resolve(identifier)",
    "get_user_identifiers_for_user(user_id)": "users.list_identifiers(user_id)",
    "link_user_identifier(muxi_user_id, identifiers)": "users.link(muxi_user_id, identifiers)",
    "unlink_user_identifier(identifier)": "users.unlink(identifier)",
    "list_credential_services()": "credentials.list_services()",
    "list_credentials(user_id)": "credentials.list(user_id=user_id)",
    "get_credential(credential_id, user_id)": "credentials.get(credential_id, user_id=user_id)",
    "create_credential(user_id, payload)": (
        "credentials.create(service, credential, user_id=user_id)"
    ),
    "delete_credential(credential_id, user_id)": (
        "credentials.delete(credential_id, user_id=user_id)"
    ),
    "get_agents()": "agents.list()",
    "get_agent(agent_id)": "agents.get(agent_id)",
    "get_mcp_servers()": "mcp.list_servers()",
    "get_mcp_server(server_id)": "mcp.get_server(server_id)",
    "get_mcp_tools()": "mcp.list_tools()",
    "get_secrets()": "secrets.list()",
    "get_secret(key)": "secrets.list()",
    "set_secret(key, value)": "secrets.set(key, value)",
    "delete_secret(key)": "secrets.delete(key)",
    "get_config()": "config.get_summary()",
    "get_formation_info()": "config.get_document()",
    "get_overlord_config()": "config.get_overlord()",
    "get_overlord_soul()": "config.get_soul()",
    "get_llm_settings()": "config.get_llm()",
    "get_memory_config()": "config.get_memory()",
    "get_scheduler_config()": "config.get_scheduler()",
    "get_async_config()": "config.get_background()",
    "get_a2a_config()": "config.get_a2a()",
    "get_logging_config()": "config.get_logging()",
    "get_logging_destinations()": "config.list_log_destinations()",
    "get_audit_log()": "audit.list()",
    "clear_audit_log()": "audit.clear()",
}
"""The methods of a `FormationClient`."""

SERVER = {
    "ping()": "ping()",
    "health()": "health()",
    "status()": "status()",
    "get_server_logs(limit)": "logs(lines=limit)",
    "list_formations()": "formations.list()",
    "get_formation(formation_id)": "formations.get(formation_id)",
    "deploy_formation(formation_id, payload)": "formations.deploy(directory)",
    "deploy_formation_stream(formation_id, payload)": "formations.deploy_stream(directory)",
    "update_formation(formation_id, payload)": "formations.update(directory)",
    "update_formation_stream(formation_id, payload)": "formations.update_stream(directory)",
    "cancel_update(formation_id)": "formations.cancel_update(formation_id)",
    "start_formation(formation_id)": "formations.start(formation_id)",
    "start_formation_stream(formation_id)": "formations.start_stream(formation_id)",
    "stop_formation(formation_id)": "formations.stop(formation_id)",
    "restart_formation(formation_id)": "formations.restart(formation_id)",
    "restart_formation_stream(formation_id)": "formations.restart_stream(formation_id)",
    "rollback_formation(formation_id)": "formations.rollback(formation_id)",
    "rollback_formation_stream(formation_id)": "formations.rollback_stream(formation_id)",
    "delete_formation(formation_id)": "formations.delete(formation_id)",
    "get_formation_logs(formation_id, limit)": "formations.logs(formation_id, lines=limit)",
    "stream_formation_logs(formation_id)": "formations.logs_stream(formation_id)",
}
"""The methods of a `ServerClient`."""

MODULE = {
    "FormationConfig": "FormationSettings",
    "ServerConfig": "ServerSettings",
    "parse_ui_widgets": "ChatReply.widgets",
    "webhook": "muxi.webhooks",
}
"""The names in the package `muxi`."""
