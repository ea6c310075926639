/** Places where tests put faults into honest nodes, to see whether a checker finds them. */

import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { Version } from '@wadi/primitives/version'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import type { SeenBlock } from '../chain/drivenChain.ts'
import type { ChangeDescriptor } from '../chain/paratimeGenesis.ts'
import type { UpkeepChoices } from './lifeFiles.ts'

/** See the top of this file. */
export interface ParatimeBug {
  readonly wrapRuntime?: (runtime: Runtime) => Runtime
  /** Which version it runs in place of the one that is due. */
  readonly changeDue?: (due: Version) => Version
  /** What it makes and drops in place of what it should. */
  readonly changeUpkeep?: (choices: UpkeepChoices) => UpkeepChoices
  /** Its trees have just been opened. */
  readonly spoilStore?: (store: RuntimeStore) => void
  readonly wrapFiles?: (files: FileSystem) => FileSystem
  /** What the node hears of the consensus layer. */
  readonly changeAnswer?: (name: string, answer: unknown) => unknown
  /** What it hears in topics. */
  readonly changeMessage?: (message: Uint8Array) => Uint8Array
  /** How it checks signatures. */
  readonly rules?: SignatureRules
  /** What becomes known of a block: a fault of the chain itself. */
  readonly changeBlock?: (block: SeenBlock) => SeenBlock
  /** What the chain takes the descriptor of a ParaTime for. */
  readonly changeDescriptor?: ChangeDescriptor
  /** Does a transaction of the consensus layer never leave? */
  readonly losesCall?: (call: { readonly method: string }) => boolean
}
