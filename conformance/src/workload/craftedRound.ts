/** What a runtime’s committee might say of its next round, and what the runtime might ask for. */

import { randomBelow } from '@wadi/base/random'
import { encode, make, zero } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import * as roothashKeys from '@wadi/consensus/roothash/keys'
import {
  GovernanceMessage,
  hashOfMessages,
  MESSAGE_VERSION,
  Message,
  RegistryMessage,
  StakingMessage,
} from '@wadi/consensus/roothash/messages'
import { Evidence, ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { valuesOf } from '@wadi/consensus-services/kernel/state'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { hashOfHeader, nextRound } from '@wadi/runtime-protocol/block'
import { anyValue, happens, pick } from './anyValue.ts'
import type { Call, Sources } from './calls.ts'

const MESSAGES_MAX = 3
/** One member of so many says something else than the others, or nothing. */
const ODD_ONE_IN = 8

/** Of all things that could be asked of a service, one; undefined if there is none. */
function onlyOne<T extends { readonly v: number }>(
  schema: Schema<T>,
  sources: Sources,
): T | undefined {
  const { v: _, ...any } = anyValue(schema, sources)
  const parts = Object.entries(any).filter(([, part]) => part !== undefined)
  const [kind, part] = pick(parts, sources.random) ?? []
  return kind === undefined ? undefined : { ...zero(schema), v: MESSAGE_VERSION, [kind]: part }
}

/** What a runtime may ask for: mostly something with its tokens. */
function anyMessages(sources: Sources): readonly Message[] {
  const { random } = sources
  const registry = happens(6, random) ? onlyOne(RegistryMessage, sources) : undefined
  const governance = happens(5, random) ? onlyOne(GovernanceMessage, sources) : undefined
  const staking = onlyOne(StakingMessage, sources)
  if (registry !== undefined) return [make(Message, { registry })]
  if (governance !== undefined) return [make(Message, { governance })]
  return staking === undefined ? [] : [make(Message, { staking })]
}

/** A commitment of a member to whatever follows upon the last block. */
function commitmentOf(
  state: RuntimeState,
  nodeId: PublicKey,
  {
    schedulerId,
    messages,
    result,
  }: {
    readonly schedulerId: PublicKey
    readonly messages: readonly Message[]
    readonly result: Hash
  },
): ExecutorCommitment {
  const { header: last } = state.lastBlock!
  const header = {
    round: nextRound(last),
    previousHash: hashOfHeader(last),
    ioRoot: result,
    stateRoot: result,
    messagesHash: hashOfMessages(messages),
    inMsgsHash: EMPTY_HASH,
    inMsgsCount: 0,
  }
  return {
    ...zero(ExecutorCommitment),
    nodeId,
    header: { schedulerId, header, failure: 0, rakSig: undefined },
  }
}

/** A runtime with a committee, and its members. */
function committeeOf({ state, random }: Sources) {
  const running = [...valuesOf(state, roothashKeys.runtimeStates)].filter(
    ({ committee, lastBlock }) => committee !== undefined && lastBlock !== undefined,
  )
  const runtime = pick(running, random)
  const members = runtime?.committee?.members ?? []
  const keys = members.flatMap((member) => member?.publicKey ?? [])
  return { runtime, keys: [...new Set(keys)] }
}

/** The commitments of a whole committee to the same result, but for odd members. */
export function craftedRound(sources: Sources): Pick<Call, 'body' | 'signer'> | undefined {
  const { random } = sources
  const { runtime, keys } = committeeOf(sources)
  const schedulerId = pick(keys, random)
  if (runtime === undefined || schedulerId === undefined) return undefined
  const counted = Array.from({ length: randomBelow(random, MESSAGES_MAX + 1) })
  const messages = counted.flatMap(() => anyMessages(sources))
  const result = hashOfBytes(random.bytes(8))
  const rest = keys.filter((key) => key !== schedulerId && !happens(ODD_ONE_IN, random))
  const commits = [schedulerId, ...rest].map((nodeId) => {
    const odd = nodeId !== schedulerId && happens(ODD_ONE_IN, random)
    const own = { schedulerId, messages, result: odd ? hashOfBytes(random.bytes(8)) : result }
    const commitment = commitmentOf(runtime, nodeId, own)
    return nodeId === schedulerId ? { ...commitment, messages } : commitment
  })
  const id = runtime.lastBlock!.header.namespace
  return { body: encode(ExecutorCommit, { id, commits }), signer: schedulerId }
}

/** Two results of one member for the round. */
export function craftedEquivocation(sources: Sources): Pick<Call, 'body'> | undefined {
  const { random } = sources
  const { runtime, keys } = committeeOf(sources)
  const nodeId = pick(keys, random)
  if (runtime === undefined || nodeId === undefined) return undefined
  const [commitA, commitB] = [0, 1].map(() => {
    const result = hashOfBytes(random.bytes(8))
    return commitmentOf(runtime, nodeId, { schedulerId: nodeId, messages: [], result })
  })
  const id = runtime.lastBlock!.header.namespace
  const both = { id, equivocationExecutor: { commitA: commitA!, commitB: commitB! } }
  return { body: encode(Evidence, make(Evidence, both)) }
}
