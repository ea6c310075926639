/**
 * Something that is wrong in the program of every honest node: to see whether a checker finds it.
 */

import type { PrivateValidator } from '@wadi/engine/private-validator'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { StepFunction } from './engineTypes.ts'

export interface Bug {
  readonly name: string
  /** In place of the round machine. */
  readonly step?: StepFunction
  /** In place of the disk, for the file that says what was signed last. */
  readonly signingFiles?: (files: FileSystem) => FileSystem
  /** In place of the signer. */
  readonly signer?: (signer: PrivateValidator) => PrivateValidator
}
