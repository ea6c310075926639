/** How the program ends; README.md tells people. */

import type { CodedError, UnavailableError } from '@wadi/base/errors'

/** It could not be done. */
export const FAILED = 1
/** What it was told makes no sense. */
export const MISUSED = 2
/** Beginnings of the reasons of errors about what a program was told. */
const ABOUT_WORDS = ['usage.', 'wadi.badValue', 'wadi.missingValue']

/** The exit code for what ended a command. */
export function exitCodeOf({ reason }: CodedError | UnavailableError): number {
  return ABOUT_WORDS.some((start) => reason.startsWith(start)) ? MISUSED : FAILED
}
