/** The nodes of a network of engines: validators with keys of their own, and who knows whom. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import type { InitChainRequest } from '@wadi/contracts/application'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { Engine } from '@wadi/engine/engine'
import type { PrivateValidator } from '@wadi/engine/private-validator'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { NodeTime, type VirtualTime } from '@wadi/sim/virtual-time'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

const START_UNIX_MS = 1_767_225_600_000

/** How large a network is, and how fast. */
export interface NetworkSize {
  readonly validatorCount: number
  /** How many others each is connected with, at most. */
  readonly peerCount: number
  readonly timeoutCommitMs: number
}

/** A validator of a network. */
export interface Key {
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
  readonly id: string
}

/** Where a validator lives. */
export interface NodePlace {
  readonly size: NetworkSize
  readonly time: VirtualTime
  readonly random: RandomSource
  /** How signatures are verified; nodes may share what they remember. */
  readonly dialect: SignatureDialect
  readonly heights: Heights
}

/** The keys of all validators of a network. */
export function keysOf({ validatorCount }: NetworkSize): readonly Key[] {
  return Array.from({ length: validatorCount }, (_, i) => {
    const seed = new Uint8Array(32).fill(i + 1)
    const publicKey = publicKeyOfSeed(seed)
    return { seed, publicKey, id: toHex(validatorAddress(publicKey)) }
  })
}

/** How far validators are, all of whom have to make the same blocks. */
export class Heights {
  readonly #heights = new Map<Key, bigint>()
  readonly #blocks: string[] = []

  constructor(keys: readonly Key[]) {
    for (const key of keys) this.#heights.set(key, 0n)
  }

  /** Hashes of all blocks, from the first height. */
  get blocks(): readonly string[] {
    return this.#blocks
  }

  /** What the slowest has made. */
  get lowest(): number {
    return Number([...this.#heights.values()].reduce((a, b) => (a < b ? a : b)))
  }

  /** A validator has made a block. */
  made(key: Key, height: bigint, hash: Uint8Array): void {
    this.#heights.set(key, height)
    const index = Number(height) - 1
    this.#blocks[index] ??= toHex(hash)
    assert(this.#blocks[index] === toHex(hash), 'honest validators make the same blocks')
  }
}

/** Makes a validator. */
export function createValidator(key: Key, keys: readonly Key[], place: NodePlace): Engine {
  const { size, time, random, dialect, heights } = place
  const clock = new NodeTime(time, START_UNIX_MS)
  const log = createLogger('engine', SILENT)
  const files = new MemoryFiles()
  return new Engine({
    world: { clock, timers: clock, random, files, log, metrics: new MetricsRegistry() },
    folder: 'engine',
    genesis: genesisOf(keys),
    application: new KvstoreApplication(),
    dialect,
    privateValidator: validatorOf(key, dialect),
    config: { rounds: { ...DEFAULT_ROUND_CONFIG, timeoutCommitMs: size.timeoutCommitMs } },
    onFatal: (error) => {
      throw error
    },
    onApplied: ({ block, blockId }) => heights.made(key, block.header.height, blockId.hash),
  })
}

function genesisOf(keys: readonly Key[]): InitChainRequest {
  return {
    time: { seconds: BigInt(START_UNIX_MS / 1_000), nanoseconds: 0 },
    chainId: 'bench',
    consensusParams: {
      block: undefined,
      evidence: undefined,
      pubKeyTypes: undefined,
      appVersion: undefined,
    },
    validators: keys.map(({ publicKey }) => ({ publicKey, power: 10n })),
    appState: new Uint8Array(0),
    initialHeight: 1n,
  }
}

function validatorOf(key: Key, dialect: SignatureDialect): PrivateValidator {
  const sign = (message: Uint8Array) => signMessage(key, dialect.prehash(message))
  return {
    publicKey: key.publicKey,
    lastSignedHeight: 0n,
    signVote: (chain, vote, done) => {
      const signature = sign(canonicalVoteBytes(chain, vote))
      done({ kind: 'signed', signed: { ...vote, signature } })
    },
    signProposal: (chain, proposal, done) => {
      const signature = sign(canonicalProposalBytes(chain, proposal))
      done({ kind: 'signed', signed: { ...proposal, signature } })
    },
  }
}

/**
 * Whom a validator is to be connected with, each pair once. Half of its peers are the next in a
 * circle, the others are farther and farther away.
 */
export function peersOf(index: number, size: NetworkSize): readonly number[] {
  const { validatorCount: count, peerCount } = size
  if (peerCount >= count - 1) return Array.from({ length: index }, (_, i) => i)
  const near = Array.from({ length: peerCount / 4 }, (_, i) => i + 1)
  const far = Array.from({ length: peerCount / 4 }, (_, i) => peerCount + 5 * i * i)
  return [...near, ...far].map((step) => (index + step) % count)
}
