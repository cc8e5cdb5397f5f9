"""The names of this package, by the file that defines them."""

NAMES = {
    "_config": "ConfigBlock",
    "agents": (
        "Agent AgentKnowledge AgentList KnowledgeRebuild KnowledgeSource "
        "KnowledgeSync RebuildReport RebuildRequest RebuiltTree SyncRequest "
        "SyncResult"
    ),
    "artifacts": "Artifact ArtifactDetails ArtifactFile ArtifactList ArtifactVersions",
    "audit": "AuditCleared AuditEntry AuditLog AuditedKind",
    "blocks": (
        "A2aConfig BackgroundConfig BufferConfig ConversationDestinations "
        "ConversationLog DistilleryConfig LintConfig LlmSettings LogDestination "
        "LogDestinations LogLevel LogStream LoggingConfig McpDefaults "
        "MemoryConfig PersistentMemoryConfig SchedulerSettings SystemLog "
        "WorkingMemoryConfig"
    ),
    "chat": "Attachment AttachmentLike AudioRequest ChatRequest UiResponse",
    "config": (
        "CommandsBlock ConfigCount ConfigResource ConfigSummary FormationDocument "
        "McpBlock McpSummary ProactiveBlock SchedulerBlock ServerBlock "
        "UserCredentialsBlock"
    ),
    "credentials": (
        "Credential CredentialList CredentialRequest CredentialService "
        "CredentialServiceList DeletedCredential"
    ),
    "distilled": (
        "Distillation DistillationStatus DistilledBatch DistilledCounts "
        "DistilledEvent DistilledItem Distillery DistilleryList DistilleryRequest "
        "DistilleryScope GrantedScope Rejection"
    ),
    "events": (
        "Cancelled ChatEvent Completed ErrorNotice Failed Planning Progress "
        "Replanning TextDelta Thinking TokenEvent ToolCall TurnEvent UnknownEvent "
        "Widgets WorkflowProgress"
    ),
    "feeds": "FormationEvent LogRecord",
    "history": "History HistoryEntry HistorySource",
    "jobs": ("DeletedJob Job JobList JobRequest JobState JobSwitch JobUpdate JobUpdateRequest"),
    "mcp": "McpServer McpServerList McpTool McpToolList ToolParameter",
    "memories": (
        "BatchCounts BatchItem Classification DeletedMemory DerivedEvent "
        "IngestedItem Ingestion IngestionBatch IngestionCounts IngestionStatus "
        "IngestionUsage Memory MemoryBatchRequest MemoryContent MemoryItem "
        "MemoryList MemoryRequest MemoryScope NewMemory"
    ),
    "memory": (
        "Backfill BackfillReport BackfillRequest BufferCleared BufferStatus "
        "LintReport MemoryForget MemoryForgetRequest MemoryJob MemoryLint "
        "MemoryLintRequest MemoryRebuild MemoryRebuildRequest MemoryStats "
        "Projection ProjectionReport SessionBufferCleared"
    ),
    "notifications": "Notification NotificationRequest",
    "overlord": (
        "CachingConfig ClarificationConfig OverlordBlock OverlordConfig "
        "ResponseConfig Soul WorkflowConfig"
    ),
    "provenance": ("EntityProvenance EventProvenance KnownEntity KnownFact MemoryEvent"),
    "replies": (
        "Acknowledgement ArtifactMetadata ArtifactPreview AssistantMessage "
        "ChatAccepted ChatReply ChatTurn ContentPart ReplyArtifact ReplyMetadata"
    ),
    "requests": "Cancellation RequestList RequestState RequestStatus RequestSummary",
    "secrets": ("SecretChange SecretCreate SecretList SecretUpdate SecretValue SecretsReloaded"),
    "sessions": (
        "MessageList MessageMetadata RestoreMessage RestoreRequest "
        "RestoredSession Session SessionList SessionMessage SessionSummary"
    ),
    "skills": "AgentSkill AgentSkillList Skill SkillList SkillScope SkillSummary",
    "sops": "Sop SopList SopSummary",
    "status": (
        "Counts FormationIdentity FormationStatus Health MemoryUse RequestCounts Running Stats"
    ),
    "triggers": "Trigger TriggerList TriggerOutcome TriggerRequest TriggerRun",
    "tuning": ("Tuning TuningApplied TuningDismissed TuningRun TuningUpdate TuningUpdated"),
    "users": (
        "ChannelsRequest Identifier LinkRequest ResolveRequest UnlinkedIdentifier "
        "UserChannels UserIdentifier UserIdentifierList UserIdentity"
    ),
    "webhooks": (
        "UnknownWebhook WebhookClarification WebhookCompletion WebhookError WebhookEscalation "
        "WebhookEvent WebhookNotification"
    ),
    "widgets": "ActionLink McpResource Option OptionsWidget UnknownWidget Widget",
}
