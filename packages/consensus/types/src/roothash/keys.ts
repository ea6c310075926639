/** Every key of roothash. */

import { Hash } from '@wadi/primitives/hash'
import { i64Key, keyFormat, u64Key } from '@wadi/primitives/keyFormat'
import { Namespace } from '@wadi/primitives/namespace'
import { cborValue, emptyValue, hashedNamespace, hashKey, rawValue } from '../state/stateTable.ts'
import { RoundRoots } from './block.ts'
import { IncomingMessage, IncomingMessageQueueMeta } from './messages.ts'
import { Parameters, RoundResults, RuntimeState } from './types.ts'

/** Where each runtime stands. */
export const runtimeStates = {
  name: 'roothash.runtimeStates',
  keys: keyFormat(0x20, hashedNamespace),
  value: cborValue(RuntimeState),
} as const

/** Roothash's parameters. */
export const parameters = {
  name: 'roothash.parameters',
  keys: keyFormat(0x21),
  value: cborValue(Parameters),
} as const

/** Runtimes by the height at which their round times out. */
export const roundTimeouts = {
  name: 'roothash.roundTimeouts',
  keys: keyFormat(0x22, i64Key, hashedNamespace),
  value: rawValue(Namespace),
} as const

/** Which evidence was seen: runtime, round, hash of the evidence. */
export const evidence = {
  name: 'roothash.evidence',
  keys: keyFormat(0x24, hashedNamespace, u64Key, hashKey),
  value: emptyValue,
} as const

/** The root of each runtime's state after its last round. */
export const lastStateRoots = {
  name: 'roothash.lastStateRoots',
  keys: keyFormat(0x25, hashedNamespace),
  value: rawValue(Hash),
} as const

/** The root of each runtime's inputs and outputs in its last round. */
export const lastIoRoots = {
  name: 'roothash.lastIoRoots',
  keys: keyFormat(0x26, hashedNamespace),
  value: rawValue(Hash),
} as const

/** What the last normal round brought beside the roots. */
export const lastRoundResults = {
  name: 'roothash.lastRoundResults',
  keys: keyFormat(0x27, hashedNamespace),
  value: cborValue(RoundResults),
} as const

/** How long each runtime's queue is. */
export const incomingQueueMetas = {
  name: 'roothash.incomingQueueMetas',
  keys: keyFormat(0x28, hashedNamespace),
  value: cborValue(IncomingMessageQueueMeta),
} as const

/** Messages in the queue: runtime, then number. */
export const incomingMessages = {
  name: 'roothash.incomingMessages',
  keys: keyFormat(0x29, hashedNamespace, u64Key),
  value: cborValue(IncomingMessage),
} as const

/** The roots of earlier rounds: runtime, then round. */
export const pastRoundRoots = {
  name: 'roothash.pastRoundRoots',
  keys: keyFormat(0x2a, hashedNamespace, u64Key),
  value: cborValue(RoundRoots),
} as const
