/** What a simulated network agrees on: where it begins, who signs, and what its state is. */

import type { Application, InitChainRequest } from '@wadi/contracts/application'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { SignatureDialect } from '@wadi/tendermint/dialect'

/** A validator's name and key. */
export interface SimValidator {
  readonly publicKey: PublicKey
  /** CometBFT's, as votes carry it. */
  readonly address: Uint8Array
  /** What the engine has its key sign: the message itself. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** An application, and what a checker asks it beyond what an engine does. */
export interface OpenedApplication {
  readonly application: Application
  /** What does not hold of the committed state although it always should. */
  violations(): Iterable<string>
  /** All there is, by the application's own account; undefined if it has no such thing. */
  supply(): bigint | undefined
  /** Validators, by number, that the committed state holds guilty. */
  punished(): readonly number[]
  /** A transaction that is valid in the committed state. */
  transaction(turn: number): Uint8Array
}

export interface SimChain {
  readonly genesis: InitChainRequest
  readonly dialect: SignatureDialect
  readonly validators: readonly SimValidator[]
  open(node: number, files: FileSystem): OpenedApplication
}

/** What all chains are made of. */
export interface ChainOptions {
  /** Of each validator, in votes. */
  readonly powers: readonly bigint[]
  readonly signatures: 'stand-in' | 'real'
}
