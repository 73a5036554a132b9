/** People, kernels, contexts, sessions and drifts on the wire. */
import type { KernelInfo } from "../../api.ts";
import type { ContextId, DriftId, KernelId, PrincipalId, SessionId } from "../../ids.ts";
import type { Context, Kernel, Membership, Principal, Session, StagedDrift } from "../../types.ts";
import * as wire from "../generated/kaijutsu.ts";
import { driftKind } from "./blocks.ts";
import { enumCodec, fromUint64, optional, putId, readId, toUint32, toUint64 } from "./values.ts";

const memberStatus = enumCodec<Membership["status"], wire.MemberStatus>({
  active: wire.MemberStatus.ACTIVE,
  idle: wire.MemberStatus.IDLE,
  away: wire.MemberStatus.AWAY,
});
const forkKind = enumCodec<NonNullable<Context["forkKind"]>, wire.ForkKind>({
  fork: wire.ForkKind.FORK,
  thread: wire.ForkKind.THREAD,
});
const driftState = enumCodec<StagedDrift["state"], wire.DriftState>({
  staged: wire.DriftState.STAGED,
  delivering: wire.DriftState.DELIVERING,
  lost: wire.DriftState.LOST,
});

export function putPrincipal(out: wire.Identity, principal: Principal): void {
  putId(out._initPrincipalId(16), principal.id);
  out.username = principal.username;
  out.displayName = principal.displayName;
}

export function readPrincipal(identity: wire.Identity): Principal {
  return { id: readId<PrincipalId>(identity.principalId), username: identity.username, displayName: identity.displayName };
}

export function putKernel(out: wire.KernelRecord, kernel: Kernel): void {
  putId(out._initId(16), kernel.id);
  putId(out._initFounder(16), kernel.founder);
  out.label = kernel.label;
  out.createdAt = toUint64(kernel.createdAt);
}

export function readKernel(kernel: wire.KernelRecord): Kernel {
  return {
    id: readId<KernelId>(kernel.id),
    founder: readId<PrincipalId>(kernel.founder),
    label: kernel.label,
    createdAt: fromUint64(kernel.createdAt),
  };
}

export function putContext(out: wire.ContextInfo, context: Context): void {
  putId(out._initId(16), context.id);
  putId(out._initKernelId(16), context.kernelId);
  out.label = context.label;
  if (context.parentId) putId(out._initParentId(16), context.parentId);
  if (context.forkKind) out.forkKind = forkKind.to(context.forkKind);
  if (context.forkedAt !== undefined) {
    out.hasForkedAt = true;
    out.forkedAt = toUint64(context.forkedAt);
  }
  putId(out._initCreatedBy(16), context.createdBy);
  out.createdAt = toUint64(context.createdAt);
  out.cwd = context.cwd;
  if (context.provider !== undefined) out.provider = context.provider;
  if (context.model !== undefined) out.model = context.model;
  if (context.systemPrompt !== undefined) out.systemPrompt = context.systemPrompt;
  out.shortId = context.shortId;
}

export function readContext(context: wire.ContextInfo): Context {
  const kind = forkKind.from(context.forkKind);
  return {
    id: readId<ContextId>(context.id),
    kernelId: readId<KernelId>(context.kernelId),
    label: context.label,
    ...optional("parentId", context._hasParentId(), () => readId<ContextId>(context.parentId)),
    ...(kind ? { forkKind: kind } : {}),
    ...optional("forkedAt", context.hasForkedAt, () => fromUint64(context.forkedAt)),
    createdBy: readId<PrincipalId>(context.createdBy),
    createdAt: fromUint64(context.createdAt),
    cwd: context.cwd,
    ...optional("provider", context._hasProvider(), () => context.provider),
    ...optional("model", context._hasModel(), () => context.model),
    ...optional("systemPrompt", context._hasSystemPrompt(), () => context.systemPrompt),
    shortId: context.shortId,
  };
}

function putSession(out: wire.SessionInfo, session: Session): void {
  putId(out._initId(16), session.id);
  putId(out._initPrincipalId(16), session.principalId);
  putId(out._initKernelId(16), session.kernelId);
  putId(out._initContextId(16), session.contextId);
  out.instance = session.instance;
  out.startedAt = toUint64(session.startedAt);
}

function readSession(session: wire.SessionInfo): Session {
  return {
    id: readId<SessionId>(session.id),
    principalId: readId<PrincipalId>(session.principalId),
    kernelId: readId<KernelId>(session.kernelId),
    contextId: readId<ContextId>(session.contextId),
    instance: session.instance,
    startedAt: fromUint64(session.startedAt),
  };
}

export function putInfo(out: wire.KernelInfo, info: KernelInfo, principal: Principal): void {
  putKernel(out._initKernel(), info.kernel);
  putSession(out._initSession(), info.session);
  putContext(out._initContext(), info.context);
  out.ephemeral = info.ephemeral;
  putPrincipal(out._initIdentity(), principal);
}

export function readInfo(info: wire.KernelInfo): KernelInfo {
  return {
    kernel: readKernel(info.kernel),
    session: readSession(info.session),
    context: readContext(info.context),
    ephemeral: info.ephemeral,
  };
}

export function putMember(out: wire.Membership, member: Membership): void {
  putId(out._initContextId(16), member.contextId);
  putId(out._initKernelId(16), member.kernelId);
  out.nick = member.nick;
  out.instance = member.instance;
  out.status = memberStatus.to(member.status);
}

export function readMember(member: wire.Membership): Membership {
  return {
    contextId: readId<ContextId>(member.contextId),
    kernelId: readId<KernelId>(member.kernelId),
    nick: member.nick,
    instance: member.instance,
    status: memberStatus.need(member.status),
  };
}

export function putDrift(out: wire.StagedDrift, drift: StagedDrift): void {
  putId(out._initId(16), drift.id);
  out.number = toUint64(drift.number);
  putId(out._initSource(16), drift.source);
  putId(out._initTarget(16), drift.target);
  putId(out._initPrincipalId(16), drift.principalId);
  out.kind = driftKind.to(drift.kind);
  out.content = drift.content;
  if (drift.sourceModel !== undefined) out.sourceModel = drift.sourceModel;
  out.stagedAt = toUint64(drift.stagedAt);
  out.attempts = toUint32(drift.attempts);
  out.state = driftState.to(drift.state);
  if (drift.error !== undefined) out.error = drift.error;
}

export function readDrift(drift: wire.StagedDrift): StagedDrift {
  return {
    id: readId<DriftId>(drift.id),
    number: fromUint64(drift.number),
    source: readId<ContextId>(drift.source),
    target: readId<ContextId>(drift.target),
    principalId: readId<PrincipalId>(drift.principalId),
    kind: driftKind.need(drift.kind),
    content: drift.content,
    ...optional("sourceModel", drift._hasSourceModel(), () => drift.sourceModel),
    stagedAt: fromUint64(drift.stagedAt),
    attempts: drift.attempts,
    state: driftState.need(drift.state),
    ...optional("error", drift._hasError(), () => drift.error),
  };
}
