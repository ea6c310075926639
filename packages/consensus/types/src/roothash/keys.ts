/** Every key of roothash. */

import { Hash } from '@wadi/primitives/hash'
import { i64Key, keyFormat, u64Key } from '@wadi/primitives/keyFormat'
import { Namespace } from '@wadi/primitives/namespace'
import { cborValue, emptyValue, hashedNamespace, hashKey, rawValue } from '../state/stateTable.ts'
import { RoundRoots } from './block.ts'
import { IncomingMessage, IncomingMessageQueueMeta } from './messages.ts'
import { Parameters, RoundResults, RuntimeState } from './types.ts'

export const runtimeStates = {
  name: 'roothash.runtimeStates',
  keys: keyFormat(0x20, hashedNamespace),
  value: cborValue(RuntimeState),
} as const

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

export const lastStateRoots = {
  name: 'roothash.lastStateRoots',
  keys: keyFormat(0x25, hashedNamespace),
  value: rawValue(Hash),
} as const

export const lastIoRoots = {
  name: 'roothash.lastIoRoots',
  keys: keyFormat(0x26, hashedNamespace),
  value: rawValue(Hash),
} as const

export const lastRoundResults = {
  name: 'roothash.lastRoundResults',
  keys: keyFormat(0x27, hashedNamespace),
  value: cborValue(RoundResults),
} as const

export const incomingQueueMetas = {
  name: 'roothash.incomingQueueMetas',
  keys: keyFormat(0x28, hashedNamespace),
  value: cborValue(IncomingMessageQueueMeta),
} as const

export const incomingMessages = {
  name: 'roothash.incomingMessages',
  keys: keyFormat(0x29, hashedNamespace, u64Key),
  value: cborValue(IncomingMessage),
} as const

export const pastRoundRoots = {
  name: 'roothash.pastRoundRoots',
  keys: keyFormat(0x2a, hashedNamespace, u64Key),
  value: cborValue(RoundRoots),
} as const
