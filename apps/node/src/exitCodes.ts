/** How the program ends; apps/node/README.md tells people. */

import { CodedError, isTold } from '@wadi/base/errors'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'

/** It was asked to end, or ends for an upgrade. */
export const DONE = 0
/** It cannot go on. */
export const FAILED = 1
/** What it was told makes no sense, or cannot be done with what is there. */
export const MISUSED = 2

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
  return isTold(error) && ABOUT_WORDS.some((start) => error.reason.startsWith(start))
    ? MISUSED
    : FAILED
}

/** The sentence that a person is told when the program ends. */
export function sentenceOf(error: unknown): string {
  if (error instanceof CodedError) return error.context ?? error.message
  return error instanceof Error ? error.message : String(error)
}
