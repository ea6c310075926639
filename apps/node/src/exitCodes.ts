/** How the program ends; apps/node/README.md tells people. */

import { CodedError, isTold } from '@wadi/base/errors'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { NodeRefusal } from './commands/connection/nodeRefusal.ts'

/** It was asked to end, or ends for an upgrade. */
export const DONE = 0
/** It cannot go on. */
export const FAILED = 1
/** What it was told makes no sense, or cannot be done with what is there. */
export const MISUSED = 2

/** Nobody answers where a node should be, or whoever does cannot now. */
const AWAY = 3
/** The node that was asked refuses: a transaction that the network does not take, for example. */
const REFUSED = 4
/** There is no room left on the disk. */
const DISK_FULL = 5

const AWAY_REASONS: readonly string[] = ['grpc.unavailable', 'grpc.deadlineExceeded']
const FULL_REASON = 'storage.full'

/** Beginnings of the reasons of errors about what a program was told. */
const ABOUT_WORDS = [
  'usage.',
  'command.',
  'provisioning.',
  'config.',
  'configFile.',
  'obstacle.',
  'node.setting',
  'node.runtimes',
]

/** The exit code for what ended the program. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StopForUpgrade) return DONE
  if (error instanceof NodeRefusal) return REFUSED
  if (!isTold(error)) return FAILED
  const { reason } = error
  if (ABOUT_WORDS.some((start) => reason.startsWith(start))) return MISUSED
  if (AWAY_REASONS.includes(reason)) return AWAY
  return reason === FULL_REASON ? DISK_FULL : FAILED
}

/** The sentence that a person is told when the program ends. */
export function sentenceOf(error: unknown): string {
  if (error instanceof CodedError) return error.context ?? error.message
  return error instanceof Error ? error.message : String(error)
}
