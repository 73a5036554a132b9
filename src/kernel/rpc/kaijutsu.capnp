@0xe1b59ac3f3a2c7d4;
# The one wire schema of a kernel. Ordinals are fixed: a method or field is never renumbered or removed, only added.
#
# Kernel ordinals 0-104 follow the design table. From 105 on come the members of the in-process interface that the table
# has no place for: they are typed methods of their own, because the front ends use them as such; block writes share
# applyBlockOp @18. A method that is not built yet answers code `unimplemented` and names itself.
#
# Conventions: ids are 16-byte Data (UUIDs); times are milliseconds since the epoch; an absent optional text or struct is a
# null pointer; `has…` says whether the number beside it is there; JSON texts are named `…Json`. Programs' bytes are Data.
# Errors cross as rpc.capnp's Exception: `reason` is the message, `trace` holds {"code":…,"data":…}, never a stack.
# Names the code generator cannot take: a field `segment`; methods `client`, `new`, `then`; `-> stream`; `extends`.

const wireVersion :UInt32 = 1;

# ── Identity and place ────────────────────────────────────────────────────────────────────────

struct TraceContext {
  # W3C trace context.
  traceparent @0 :Text;
  tracestate @1 :Text;
}

struct Identity {
  principalId @0 :Data;
  username @1 :Text;
  displayName @2 :Text;
}

struct KernelRecord {
  id @0 :Data;
  founder @1 :Data;
  label @2 :Text;
  createdAt @3 :UInt64;
}

struct KernelConfig {
  label @0 :Text;
  ephemeral @1 :Bool;
  tags @2 :List(Text);
}

enum OptionalBool { unset @0; no @1; yes @2; }
enum ForkKind { none @0; fork @1; thread @2; }

struct ContextInfo {
  id @0 :Data;
  kernelId @1 :Data;
  label @2 :Text;
  parentId @3 :Data;
  forkKind @4 :ForkKind;
  hasForkedAt @5 :Bool;
  forkedAt @6 :UInt64;
  createdBy @7 :Data;
  createdAt @8 :UInt64;
  cwd @9 :Text;
  provider @10 :Text;
  model @11 :Text;
  systemPrompt @12 :Text;
  shortId @13 :Text;
}

struct SessionInfo {
  id @0 :Data;
  principalId @1 :Data;
  kernelId @2 :Data;
  contextId @3 :Data;
  instance @4 :Text;
  startedAt @5 :UInt64;
}

struct KernelInfo {
  kernel @0 :KernelRecord;
  session @1 :SessionInfo;
  context @2 :ContextInfo;
  ephemeral @3 :Bool;
  identity @4 :Identity;
}

enum MemberStatus { active @0; idle @1; away @2; }

struct Membership {
  contextId @0 :Data;
  kernelId @1 :Data;
  nick @2 :Text;
  instance @3 :Text;
  status @4 :MemberStatus;
}

# ── Blocks ────────────────────────────────────────────────────────────────────────────────────

struct BlockId {
  contextId @0 :Data;
  agentId @1 :Data;
  # The author's PrincipalId.
  seq @2 :UInt64;
}

enum BlockKind { unset @0; text @1; thinking @2; toolCall @3; toolResult @4; drift @5; }
enum ToolKind { unset @0; shell @1; mcp @2; builtin @3; }
enum DriftKind { unset @0; push @1; pull @2; merge @3; distill @4; commit @5; }
enum Role { unset @0; user @1; model @2; system @3; tool @4; }
enum Status { unset @0; pending @1; running @2; done @3; error @4; }

struct Usage {
  inputTokens @0 :UInt64;
  outputTokens @1 :UInt64;
  hasCacheRead @2 :Bool;
  cacheReadTokens @3 :UInt64;
  hasCacheWrite @4 :Bool;
  cacheWriteTokens @5 :UInt64;
}

struct BlockSnapshot {
  id @0 :BlockId;
  parentId @1 :BlockId;
  role @2 :Role;
  kind @3 :BlockKind;
  status @4 :Status;
  toolKind @5 :ToolKind;
  createdAt @6 :UInt64;
  updatedAt @7 :UInt64;
  content @8 :Text;
  collapsed @9 :Bool;
  excluded @10 :Bool;
  ephemeral @11 :Bool;
  toolName @12 :Text;
  toolInputJson @13 :Text;
  toolCallId @14 :Text;
  hasExitCode @15 :Bool;
  exitCode @16 :Int32;
  isError @17 :OptionalBool;
  stderr @18 :Text;
  truncated @19 :OptionalBool;
  dataJson @20 :Text;
  sourceContext @21 :Data;
  sourceModel @22 :Text;
  driftKind @23 :DriftKind;
  driftId @24 :Data;
  usage @25 :Usage;
}

struct NewBlock {
  role @0 :Role;
  kind @1 :BlockKind;
  content @2 :Text;
  status @3 :Status;
  parentId @4 :BlockId;
  after @5 :BlockId;
  collapsed @6 :OptionalBool;
  excluded @7 :OptionalBool;
  ephemeral @8 :OptionalBool;
  toolKind @9 :ToolKind;
  toolName @10 :Text;
  toolInputJson @11 :Text;
  toolCallId @12 :Text;
  sourceContext @13 :Data;
  sourceModel @14 :Text;
  driftKind @15 :DriftKind;
  driftId @16 :Data;
}

struct BlockPatch {
  status @0 :Status;
  collapsed @1 :OptionalBool;
  excluded @2 :OptionalBool;
  hasExitCode @3 :Bool;
  exitCode @4 :Int32;
  isError @5 :OptionalBool;
  stderr @6 :Text;
  truncated @7 :OptionalBool;
  dataJson @8 :Text;
  usage @9 :Usage;
}

struct BlockOp {
  union {
    create @0 :NewBlock;
    append :group {
      id @1 :BlockId;
      text @2 :Text;
    }
    patch :group {
      target @3 :BlockId;
      change @4 :BlockPatch;
    }
  }
}

struct BlockFilter {
  kind @0 :BlockKind;
  role @1 :Role;
  status @2 :Status;
  parentId @3 :BlockId;
  hasLimit @4 :Bool;
  limit @5 :UInt32;
}

struct DocumentState {
  documentId @0 :Text;
  version @1 :UInt64;
  blocks @2 :List(BlockSnapshot);
  update @3 :Data;
  # The whole document as one CRDT update; empty for a plain reader.
}

struct DocumentVersion {
  version @0 :UInt64;
  at @1 :UInt64;
  author @2 :Data;
  summary @3 :Text;
}

# ── Drift ─────────────────────────────────────────────────────────────────────────────────────

enum DriftState { staged @0; delivering @1; lost @2; }

struct StagedDrift {
  id @0 :Data;
  number @1 :UInt64;
  source @2 :Data;
  target @3 :Data;
  principalId @4 :Data;
  kind @5 :DriftKind;
  content @6 :Text;
  sourceModel @7 :Text;
  stagedAt @8 :UInt64;
  attempts @9 :UInt32;
  state @10 :DriftState;
  error @11 :Text;
  # Why the last attempt failed.
}

struct DriftRef {
  id @0 :Data;
}

struct DriftFailure {
  id @0 :Data;
  reason @1 :Text;
}

# ── Events ────────────────────────────────────────────────────────────────────────────────────

enum EventTopic { block @0; context @1; drift @2; resource @3; config @4; progress @5; elicitation @6; agent @7; approval @8; }
enum ContextChange { created @0; changed @1; }
enum DriftChange { staged @0; delivered @1; cancelled @2; lost @3; }

struct Event {
  contextId @0 :Data;
  version @1 :UInt64;
  # 0 for what carries none.
  union {
    inserted :group {
      block @2 :BlockSnapshot;
      after @3 :BlockId;
    }
    appended :group {
      id @4 :BlockId;
      text @5 :Text;
      offset @14 :UInt64;
      # Where in the content the text goes, in UTF-16 units: the content is what stood before it, then the text.
    }
    changed @6 :BlockSnapshot;
    preview :group {
      target @7 :BlockId;
      delta @8 :Text;
      at @15 :UInt64;
    }
    contextChange :group {
      kind @9 :ContextChange;
      context @10 :ContextInfo;
    }
    driftChange :group {
      what @11 :DriftChange;
      drift @12 :StagedDrift;
    }
    resync @13 :Void;
    # The subscriber's queue overflowed: read the state again, then go on from here.
  }
}

# ── Running ───────────────────────────────────────────────────────────────────────────────────

enum StdinMode { empty @0; pushed @1; pulled @2; }
# Pushed: the caller writes with Execution.writeStdin. Pulled: the kernel asks with ExecStream.readStdin.

struct ExecRequest {
  code @0 :Text;
  stdin @1 :StdinMode;
  name @2 :Text;
  hasArgs @3 :Bool;
  args @4 :List(Text);
  unrecorded @5 :Bool;
  wantStdout @6 :Bool;
  wantStderr @7 :Bool;
  trace @8 :TraceContext;
  cwd @9 :Text;
  hasEnv @10 :Bool;
  env @11 :List(EnvVar);
  stdinTty @12 :Bool;
  stdoutTty @13 :Bool;
  stderrTty @14 :Bool;
  columns @15 :UInt16;
  # Of the terminal behind stdout; 0: none.
  interrupted @16 :Bool;
  # Before it began: it does not run, status 130.
}

struct EnvVar {
  name @0 :Text;
  value @1 :Text;
}

struct ExecResult {
  status @0 :Int32;
  blockId @1 :BlockId;
  refused @2 :OptionalBool;
  unreadStdin @3 :Data;
  # Pulled, and put back by the program: the caller's source gets it again.
  exited @4 :OptionalBool;
  switchedTo @5 :Data;
  failure @6 :Failure;
  # Set when the kernel could not run it; the rest then means nothing.
}

struct Failure {
  message @0 :Text;
  detailJson @1 :Text;
  # {"code":…,"data":…}, as in an exception.
}

enum CompletionKind { command @0; flag @1; path @2; variable @3; context @4; value @5; }

struct Completion {
  text @0 :Text;
  kind @1 :CompletionKind;
  help @2 :Text;
}

struct HistoryEntry {
  code @0 :Text;
  at @1 :UInt64;
  hasStatus @2 :Bool;
  status @3 :Int32;
}

struct ShellVar {
  name @0 :Text;
  valueJson @1 :Text;
}

struct Diagnostic {
  severity @0 :Text;
  code @1 :Text;
  message @2 :Text;
  start @3 :UInt32;
  end @4 :UInt32;
  hint @5 :Text;
}

struct ToolCall {
  name @0 :Text;
  inputJson @1 :Text;
  trace @2 :TraceContext;
}

struct ToolResult {
  content @0 :Text;
  isError @1 :Bool;
  dataJson @2 :Text;
}

struct ToolSchema {
  name @0 :Text;
  description @1 :Text;
  inputSchemaJson @2 :Text;
}

enum FilterMode { all @0; allow @1; deny @2; }

struct ToolFilter {
  mode @0 :FilterMode;
  tools @1 :List(Text);
}

# What a builtin declares.
struct CommandArg {
  name @0 :Text;
  help @1 :Text;
  optional @2 :OptionalBool;
  rest @3 :OptionalBool;
  means @4 :Text;
}

struct CommandFlag {
  key @0 :Text;
  short @1 :Text;
  aliases @2 :List(Text);
  value @3 :Text;
  placeholder @4 :Text;
  repeat @5 :OptionalBool;
  optional @6 :Text;
  help @7 :Text;
}

struct CommandExample {
  run @0 :Text;
  help @1 :Text;
  stdout @2 :Text;
  hasStatus @3 :Bool;
  status @4 :Int32;
}

struct CommandSignature {
  name @0 :Text;
  summary @1 :Text;
  description @2 :Text;
  family @3 :Text;
  needs @4 :List(Text);
  args @5 :List(CommandArg);
  flags @6 :List(CommandFlag);
  examples @7 :List(CommandExample);
  json @8 :OptionalBool;
  parse @9 :Text;
  numeric @10 :Text;
  aliases @11 :List(Text);
  negativeOperands @12 :OptionalBool;
}

# ── Mounts, blobs, configuration ──────────────────────────────────────────────────────────────

struct MountInfo {
  path @0 :Text;
  type @1 :Text;
  source @2 :Text;
  writable @3 :Bool;
}

struct BlobInfo {
  id @0 :Text;
  size @1 :UInt64;
  mediaType @2 :Text;
  createdAt @3 :UInt64;
}

struct ConfigEntry {
  key @0 :Text;
  valueJson @1 :Text;
  origin @2 :Text;
}

struct Checkpoint {
  number @0 :UInt64;
  version @1 :UInt64;
  at @2 :UInt64;
  summary @3 :Text;
  replaced @4 :UInt64;
}

enum ConsentMode { collaborative @0; autonomous @1; }
enum ApprovalState { waiting @0; allowed @1; denied @2; expired @3; nobody @4; }
enum Remember { once @0; session @1; always @2; }

struct Approval {
  number @0 :UInt64;
  contextId @1 :Data;
  requestedBy @2 :Data;
  at @3 :UInt64;
  action @4 :Text;
  planJson @5 :Text;
  state @6 :ApprovalState;
}

# ── Models, agents, MCP, git ──────────────────────────────────────────────────────────────────

struct LlmRequest {
  text @0 :Text;
  provider @1 :Text;
  model @2 :Text;
  trace @3 :TraceContext;
}

struct LlmConfig {
  provider @0 :Text;
  model @1 :Text;
  baseUrl @2 :Text;
  systemPrompt @3 :Text;
  hasTemperature @4 :Bool;
  temperature @5 :Float64;
  effort @6 :Text;
}

struct LlmConfigInfo {
  defaultProvider @0 :Text;
  defaultModel @1 :Text;
  providers @2 :List(LlmConfig);
}

struct McpServerConfig {
  name @0 :Text;
  command @1 :Text;
  args @2 :List(Text);
  env @3 :List(EnvVar);
  url @4 :Text;
}

struct McpServerInfo {
  name @0 :Text;
  state @1 :Text;
  version @2 :Text;
  tools @3 :List(ToolSchema);
}

struct McpResource {
  uri @0 :Text;
  name @1 :Text;
  description @2 :Text;
  mediaType @3 :Text;
}

struct McpPrompt {
  name @0 :Text;
  description @1 :Text;
  argumentsJson @2 :Text;
}

struct AgentInfo {
  nick @0 :Text;
  model @1 :Text;
  contextId @2 :Data;
  capabilities @3 :List(Text);
  status @4 :Text;
}

struct RepoInfo {
  name @0 :Text;
  path @1 :Text;
  branch @2 :Text;
}

# ── Capabilities ──────────────────────────────────────────────────────────────────────────────

interface World {
  whoami @0 () -> (identity :Identity);
  listKernels @1 () -> (kernels :List(KernelRecord));
  attachKernel @2 (id :Text, trace :TraceContext, context :Text, instance :Text) -> (kernel :Kernel);
  createKernel @3 (config :KernelConfig) -> (kernel :Kernel);
  hello @4 (peer :Text, wireVersion :UInt32) -> (server :Text, wireVersion :UInt32, kernelId :Data);
}

interface Kernel {
  getInfo @0 () -> (info :KernelInfo);
  execute @1 (code :Text, trace :TraceContext) -> (execId :UInt64);
  interrupt @2 (execId :UInt64) -> ();
  complete @3 (partial :Text, cursor :UInt32) -> (start :UInt32, end :UInt32, items :List(Completion));
  subscribeOutput @4 (callback :KernelOutput) -> (subscription :Subscription);
  getCommandHistory @5 (limit :UInt32) -> (entries :List(HistoryEntry));
  fork @6 (name :Text, trace :TraceContext) -> (kernel :Kernel);
  thread @7 (name :Text, trace :TraceContext) -> (kernel :Kernel);
  detach @8 () -> ();
  vfs @9 () -> (vfs :Vfs);
  listMounts @10 () -> (mounts :List(MountInfo));
  mount @11 (path :Text, source :Text, writable :Bool) -> ();
  unmount @12 (path :Text) -> ();
  getCwd @13 () -> (path :Text);
  setCwd @14 (path :Text) -> ();
  getLastResult @15 () -> (status :Int32);
  executeTool @16 (call :ToolCall) -> (result :ToolResult);
  getToolSchemas @17 () -> (schemas :List(ToolSchema));
  applyBlockOp @18 (op :BlockOp, trace :TraceContext) -> (block :BlockSnapshot);
  # The created block; null for append and patch, which are answered once they are on disk.
  subscribeBlocks @19 (callback :BlockEvents) -> (subscription :Subscription);
  getDocumentHistory @20 (documentId :Text, limit :UInt32) -> (versions :List(DocumentVersion));
  prompt @21 (request :LlmRequest) -> (promptId :Text);
  listContexts @22 () -> (contexts :List(ContextInfo));
  createContext @23 (label :Text) -> (context :ContextInfo);
  joinContext @24 (address :Text) -> (kernel :Kernel);
  shellExecute @25 (code :Text, cellId :Text, trace :TraceContext) -> (blockId :BlockId);
  attachDocument @26 (documentId :Text) -> (state :DocumentState);
  detachDocument @27 (documentId :Text) -> ();
  getContextId @28 () -> (contextId :Data, label :Text);
  forkFromVersion @29 (version :UInt64, name :Text) -> (kernel :Kernel);
  cherryPickBlock @30 (blockId :BlockId, target :Text) -> (blockId :BlockId);
  writeBlob @31 (content :Data, mediaType :Text) -> (blob :BlobInfo);
  readBlob @32 (id :Text, offset :UInt64, length :UInt64) -> (content :Data);
  deleteBlob @33 (id :Text) -> ();
  pushOps @34 (documentId :Text, ops :Data) -> (ackVersion :UInt64);
  getDocumentState @35 (documentId :Text) -> (state :DocumentState);
  listBlobs @36 () -> (blobs :List(BlobInfo));
  listMcpServers @37 () -> (servers :List(McpServerInfo));
  registerMcp @38 (config :McpServerConfig) -> (info :McpServerInfo);
  unregisterMcp @39 (server :Text) -> ();
  listMcpResources @40 (server :Text) -> (resources :List(McpResource));
  callMcpTool @41 (server :Text, tool :Text, argumentsJson :Text) -> (result :ToolResult);
  readMcpResource @42 (server :Text, uri :Text) -> (content :Data, mediaType :Text);
  subscribeMcpResources @43 (server :Text, uri :Text, callback :ResourceEvents) -> (subscription :Subscription);
  setMcpRoots @44 (roots :List(Text)) -> ();
  listMcpPrompts @45 (server :Text) -> (prompts :List(McpPrompt));
  getMcpPrompt @46 (server :Text, name :Text, argumentsJson :Text) -> (messagesJson :Text);
  subscribeMcpProgress @47 (callback :ProgressEvents) -> (subscription :Subscription);
  subscribeMcpElicitations @48 (callback :ElicitationEvents) -> (subscription :Subscription);
  completeMcp @49 (server :Text, referenceJson :Text, argument :Text, value :Text) -> (values :List(Text));
  setMcpLogLevel @50 (server :Text, level :Text) -> ();
  subscribeMcpLogs @51 (callback :LoggingEvents) -> (subscription :Subscription);
  cancelMcpRequest @52 (server :Text, requestId :Text) -> ();
  attachAgent @53 (nick :Text, provider :Text, model :Text) -> (agent :AgentInfo);
  listAgents @54 () -> (agents :List(AgentInfo));
  detachAgent @55 (nick :Text) -> ();
  setAgentCapabilities @56 (nick :Text, capabilities :List(Text)) -> (agent :AgentInfo);
  invokeAgent @57 (nick :Text, blockId :BlockId, action :Text) -> (invocationId :Text);
  subscribeAgentEvents @58 (callback :AgentEvents) -> (subscription :Subscription);
  registerRepo @59 (name :Text, path :Text) -> (repo :RepoInfo);
  unregisterRepo @60 (name :Text) -> ();
  listRepos @61 () -> (repos :List(RepoInfo));
  switchBranch @62 (repo :Text, branch :Text) -> ();
  listBranches @63 (repo :Text) -> (branches :List(Text));
  getCurrentBranch @64 (repo :Text) -> (branch :Text);
  flushGit @65 (repo :Text, message :Text) -> (commit :Text);
  setAttribution @66 (name :Text, email :Text) -> ();
  listConfigs @67 () -> (entries :List(ConfigEntry));
  reloadConfig @68 () -> ();
  resetConfig @69 (key :Text) -> ();
  getConfig @70 (key :Text) -> (entry :ConfigEntry);
  getShellVar @71 (name :Text) -> (valueJson :Text);
  # A null text: there is no such variable.
  setShellVar @72 (name :Text, valueJson :Text) -> ();
  listShellVars @73 () -> (variables :List(ShellVar));
  setToolFilter @74 (filter :ToolFilter) -> ();
  configureLlm @75 (config :LlmConfig) -> ();
  driftPush @76 (targetCtx :Text, content :Text, summarize :Bool, now :Bool) -> (stagedId :UInt64, staged :StagedDrift);
  driftFlush @77 (all :Bool) -> (count :UInt32, delivered :List(DriftRef), failed :List(DriftFailure));
  driftPull @78 (sourceCtx :Text, prompt :Text) -> (blockId :BlockId, block :BlockSnapshot);
  driftMerge @79 (sourceCtx :Text, into :Text) -> (blockId :BlockId, block :BlockSnapshot);
  driftQueue @80 (all :Bool) -> (staged :List(StagedDrift));
  driftCancel @81 (stagedId :UInt64, id :Text) -> (success :Bool, staged :StagedDrift);
  # By number, or by `id` where it is given: a number, an id or its prefix as people write it.
  listAllContexts @82 () -> (contexts :List(ContextInfo));
  getLlmConfig @83 () -> (config :LlmConfigInfo);
  setDefaultProvider @84 (provider :Text) -> ();
  setDefaultModel @85 (provider :Text, model :Text) -> ();
  getToolFilter @86 () -> (filter :ToolFilter);
  checkpoint @87 (summary :Text, keep :UInt32) -> (checkpoint :Checkpoint);
  listCheckpoints @88 () -> (checkpoints :List(Checkpoint));
  contextEmit @89 (format :Text, include :List(Text), since :Text, budget :UInt64) -> (payload :Data);
  setConsentMode @90 (mode :ConsentMode) -> ();
  getConsentMode @91 () -> (mode :ConsentMode);
  listApprovals @92 () -> (approvals :List(Approval));
  answerApproval @93 (number :UInt64, allow :Bool, remember :Remember) -> ();
  subscribeEvents @94 (topics :List(EventTopic), hasFromVersion :Bool, fromVersion :UInt64, all :Bool, callback :EventFeed)
      -> (subscription :Subscription);
  archive @95 (target :Text) -> (path :Text);
  restore @96 (path :Text) -> (kernel :Kernel);
  kill @97 (target :Text, confirm :Bool) -> ();
  gc @98 (dryRun :Bool) -> (removed :List(Text), bytes :UInt64);
  driftLost @99 () -> (lost :List(StagedDrift));
  driftRetry @100 (number :UInt64) -> (staged :StagedDrift);
  executeStreaming @101 (request :ExecRequest, callback :ExecStream) -> (execId :UInt64, execution :Execution);
  plan @102 (code :Text) -> (planJson :Text);
  check @103 (code :Text) -> (diagnostics :List(Diagnostic));
  subscribeTty @104 (callback :TtyEvents) -> (subscription :Subscription);

  listCommands @105 () -> (commands :List(CommandSignature));
  listMembers @106 () -> (members :List(Membership));
  resolveContext @107 (address :Text) -> (context :ContextInfo);
  readBlock @108 (blockId :BlockId) -> (block :BlockSnapshot);
  listBlocks @109 (filter :BlockFilter, context :Text) -> (blocks :List(BlockSnapshot));
  resolveBlock @110 (text :Text) -> (blockId :BlockId);
  getVersion @111 () -> (version :UInt64);
  driftHistory @112 () -> (blocks :List(BlockSnapshot));
}

interface Subscription {
  # Ends when this is released, too.
  close @0 () -> ();
}

interface Execution {
  # Letting go of it leaves the program running.
  writeStdin @0 (chunk :Data) -> ();
  # Answered when there is room for more.
  closeStdin @1 () -> ();
  signal @2 (name :Text) -> ();
  # `INT` interrupts: status 130.
  resize @3 (columns :UInt16, rows :UInt16) -> ();
}

# ── Called by the kernel ──────────────────────────────────────────────────────────────────────
# The kernel keeps few calls open on each of these and waits for the answers; that is the flow control.

interface ExecStream {
  onStdout @0 (chunk :Data) -> ();
  onStderr @1 (chunk :Data) -> ();
  onExit @2 (result :ExecResult) -> ();
  readStdin @3 () -> (chunk :Data, end :Bool);
}

interface KernelOutput {
  onStdout @0 (execId :UInt64, chunk :Data) -> ();
  onStderr @1 (execId :UInt64, chunk :Data) -> ();
  onExit @2 (execId :UInt64, result :ExecResult) -> ();
}

interface EventFeed {
  onEvents @0 (events :List(Event)) -> ();
}

interface BlockEvents {
  onInserted @0 (version :UInt64, block :BlockSnapshot, after :BlockId) -> ();
  onDeleted @1 (version :UInt64, blockId :BlockId) -> ();
  onCollapsed @2 (version :UInt64, blockId :BlockId, collapsed :Bool) -> ();
  onMoved @3 (version :UInt64, blockId :BlockId, after :BlockId) -> ();
  onStatusChanged @4 (version :UInt64, blockId :BlockId, status :Status) -> ();
  onTextOps @5 (version :UInt64, blockId :BlockId, ops :Data) -> ();
}

interface AgentEvents {
  onActivity @0 (nick :Text, activity :Text, blockId :BlockId, detailJson :Text) -> ();
}

interface ResourceEvents {
  onUpdated @0 (server :Text, uri :Text) -> ();
  onListChanged @1 (server :Text) -> ();
}

interface ProgressEvents {
  onProgress @0 (server :Text, token :Text, progress :Float64, total :Float64, message :Text) -> ();
}

interface ElicitationEvents {
  onElicit @0 (server :Text, message :Text, schemaJson :Text) -> (action :Text, contentJson :Text);
}

interface LoggingEvents {
  onLog @0 (server :Text, level :Text, logger :Text, dataJson :Text) -> ();
}

interface TtyEvents {
  onLease @0 (execId :UInt64, argv :List(Text), cwd :Text, env :List(EnvVar)) -> (status :Int32);
}

# ── Files ─────────────────────────────────────────────────────────────────────────────────────

struct FileAttr {
  kind @0 :Text;
  size @1 :UInt64;
  mode @2 :UInt32;
  uid @3 :UInt32;
  gid @4 :UInt32;
  nlink @5 :UInt32;
  ino @6 :UInt64;
  dev @7 :UInt64;
  mtimeMs @8 :Float64;
  atimeMs @9 :Float64;
  ctimeMs @10 :Float64;
}

struct SetAttr {
  hasMode @0 :Bool;
  mode @1 :UInt32;
  hasOwner @2 :Bool;
  uid @3 :UInt32;
  gid @4 :UInt32;
  hasTimes @5 :Bool;
  atimeMs @6 :Float64;
  mtimeMs @7 :Float64;
}

struct DirEntry {
  name @0 :Data;
  kind @1 :Text;
}

struct StatFs {
  blockSize @0 :UInt64;
  blocks @1 :UInt64;
  blocksFree @2 :UInt64;
  files @3 :UInt64;
  filesFree @4 :UInt64;
}

interface Vfs {
  getattr @0 (path :Data) -> (attr :FileAttr);
  readdir @1 (path :Data) -> (entries :List(DirEntry));
  read @2 (path :Data, offset :UInt64, length :UInt32) -> (content :Data);
  readlink @3 (path :Data) -> (target :Data);
  write @4 (path :Data, offset :UInt64, content :Data) -> (written :UInt32);
  create @5 (path :Data, mode :UInt32) -> (attr :FileAttr);
  mkdir @6 (path :Data, mode :UInt32) -> (attr :FileAttr);
  unlink @7 (path :Data) -> ();
  rmdir @8 (path :Data) -> ();
  rename @9 (source :Data, target :Data) -> ();
  truncate @10 (path :Data, size :UInt64) -> ();
  setattr @11 (path :Data, attr :SetAttr) -> (attr :FileAttr);
  symlink @12 (target :Data, path :Data) -> (attr :FileAttr);
  readOnly @13 () -> (readOnly :Bool);
  statfs @14 () -> (stat :StatFs);
  realPath @15 (path :Data) -> (path :Data);
}
