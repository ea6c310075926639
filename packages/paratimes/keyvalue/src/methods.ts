/** What transactions may call. */

import { concatBytes, EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encodeRust, make, type Schema } from '@wadi/cbor/codec'
import {
  MESSAGE_VERSION,
  Message,
  RegistryMessage,
  StakingMessage,
} from '@wadi/consensus/roothash/messages'
import * as calls from './call.ts'
import { failure } from './call.ts'
import { consensusAccounts } from './consensusAccounts.ts'
import { nonceKey, pendingKey, u64Bytes, u64Of } from './keys.ts'
import { VALUE_SIZE_MAX } from './limits.ts'
import {
  bare,
  type CallContext,
  MaybeText,
  type Method,
  method,
  NOTHING,
  result,
} from './method.ts'
import { sealedMethods } from './sealedMethods.ts'

function tag({ tags }: CallContext, key: string, value: Uint8Array): void {
  tags.push({ key: toUtf8(key), value })
}

function remark(context: CallContext, operation: string, key: Uint8Array): void {
  tag(context, 'kv_op', toUtf8(operation))
  tag(context, 'kv_key', key)
}

const insert = method(calls.KeyValueArgs, (context, args) => {
  const { state, tags } = context
  const key = toUtf8(args.key)
  const value = toUtf8(args.value)
  if (value.length > VALUE_SIZE_MAX) throw failure('Value too big to be inserted.')
  if (context.mode === 'check') return NOTHING
  remark(context, 'insert', key)
  tags.push({ key: concatBytes(toUtf8('kv_insertion.'), key), value: EMPTY_BYTES })
  const before = state.get(key)
  state.insert(key, value)
  return result(before)
})

const get = method(calls.KeyArgs, (context, args) => {
  if (context.mode === 'check') return NOTHING
  const key = toUtf8(args.key)
  remark(context, 'get', key)
  return result(context.state.get(key))
})

const remove = method(calls.KeyArgs, (context, args) => {
  if (context.mode === 'check') return NOTHING
  const key = toUtf8(args.key)
  remark(context, 'remove', key)
  return result(context.state.removeExisting(key))
})

/** A method that sends a message to the consensus layer, and remembers of which kind it is. */
function sends<T>(schema: Schema<T>, kind: string, messageOf: (args: T) => Message): Method {
  return method(schema, ({ runtime, state, mode, messages }, args) => {
    if (runtime.maxMessages < 1) throw failure('message limit too low')
    if (mode === 'check') return NOTHING
    state.insert(pendingKey(messages.length), toUtf8(kind))
    messages.push(messageOf(args))
    return NOTHING
  })
}

function staking(body: Partial<StakingMessage>): Message {
  return make(Message, { staking: make(StakingMessage, { v: MESSAGE_VERSION, ...body }) })
}

/** These need keys that several key managers share, whom nobody here can ask. */
const shared: Method = ({ mode }) => {
  if (mode === 'check') return NOTHING
  throw failure('key manager not available')
}

const sending: ReadonlyMap<string, Method> = new Map([
  ['consensus_withdraw', sends(calls.WithdrawArgs, 'withdraw', staking)],
  ['consensus_transfer', sends(calls.TransferArgs, 'transfer', staking)],
  [
    'consensus_add_escrow',
    sends(calls.AddEscrowArgs, 'add_escrow', ({ escrow }) => staking({ addEscrow: escrow })),
  ],
  ['consensus_reclaim_escrow', sends(calls.ReclaimEscrowArgs, 'reclaim_escrow', staking)],
  [
    'update_runtime',
    sends(calls.UpdateRuntimeArgs, 'update_runtime', ({ updateRuntime }) =>
      make(Message, { registry: make(RegistryMessage, { v: MESSAGE_VERSION, updateRuntime }) }),
    ),
  ],
])

const methods: ReadonlyMap<string, Method> = new Map([
  ['get_runtime_id', bare(({ runtime }) => encodeRust(MaybeText, toHex(runtime.runtimeId)))],
  ['insert', insert],
  ['get', get],
  ['remove', remove],
  ['consensus_accounts', bare(({ runtime, mode }) => consensusAccounts(runtime, mode))],
  ...sending,
  ...sealedMethods,
  ...['churp_insert', 'churp_get', 'churp_remove'].map((name) => [name, shared] as const),
])

/** The methods that can be asked for without a transaction. */
export const QUERIES: ReadonlySet<string> = new Set(['get_runtime_id', 'get', 'enc_get'])

/** The next nonce of a sender. */
export function nonceOf({ state }: CallContext, sender: Uint8Array): bigint {
  return u64Of(state.get(nonceKey(sender)))
}

/** Nobody's transaction is executed twice, nor before those that come first. */
function useNonce(context: CallContext, { sender, nonce }: calls.Call): void {
  const { state, mode } = context
  const next = nonceOf(context, sender)
  const isGood = mode === 'check' ? nonce >= next : nonce === next
  if (!isGood) throw failure(`Invalid nonce: ${nonce}`)
  if (mode === 'execute') state.insert(nonceKey(sender), u64Bytes(nonce + 1n))
}

/**
 * Would the call send one message more than a batch may? Others would accept none with it.
 * COMPAT(oasis-core): the reference's runtime sends it all the same. A call that would fail anyhow
 * is one that it executes, too, and its batch is a good one.
 */
export function isOneTooMany(context: CallContext, call: calls.Call): boolean {
  const { messages, runtime } = context
  if (messages.length < runtime.maxMessages || !sending.has(call.method)) return false
  if (call.nonce !== nonceOf(context, call.sender)) return false
  try {
    runMethod({ ...context, mode: 'check' }, call)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}

/** Calls a method as a transaction does. */
export function runCall(context: CallContext, call: calls.Call): Uint8Array {
  useNonce(context, call)
  return runMethod(context, call)
}

/** Calls a method whoever asks. */
export function runMethod(
  context: CallContext,
  { method: name, args }: Pick<calls.Call, 'method' | 'args'>,
): Uint8Array {
  const run = methods.get(name)
  if (run === undefined) throw failure('method not found')
  return run(context, args)
}
