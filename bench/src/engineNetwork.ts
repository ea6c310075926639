/** A network of engines in this process: as many validators, in time that passes by itself. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import type { InitChainRequest } from '@wadi/contracts/application'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { Engine } from '@wadi/engine/engine'
import type { PrivateValidator } from '@wadi/engine/private-validator'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { FAIR_WEATHER, SimNetwork } from '@wadi/sim/network'
import { NodeTime, VirtualTime } from '@wadi/sim/virtual-time'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

const START_UNIX_MS = 1_767_225_600_000
const STEPS_AT_ONCE = 100

/** What a network is like. */
export interface EngineNetworkOptions {
  readonly validatorCount: number
  /** How many others each is connected with, at most. */
  readonly peerCount: number
  readonly timeoutCommitMs: number
  /** How signatures are verified; nodes may share what they remember. */
  readonly dialect: SignatureDialect
}

/** Validators that have made their first blocks. */
export interface EngineNetwork {
  /** Milliseconds since the network began. */
  readonly nowMs: number
  /** Goes on until all have made as many more blocks. */
  run(blockCount: bigint): void
}

interface Key {
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
  readonly id: string
}

function keyOf(number: number): Key {
  const seed = new Uint8Array(32).fill(number + 1)
  const publicKey = publicKeyOfSeed(seed)
  return { seed, publicKey, id: toHex(validatorAddress(publicKey)) }
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

/** Makes a network, and has it make a few blocks. */
export function startEngines(options: EngineNetworkOptions): EngineNetwork {
  const { validatorCount, peerCount, timeoutCommitMs, dialect } = options
  const time = new VirtualTime()
  const random = new SeededRandom(1n)
  const network = new SimNetwork({ time, random, messages: 'shared' })
  network.setWeather({ ...FAIR_WEATHER, delayMs: [0, 1] })
  const keys = Array.from({ length: validatorCount }, (_, i) => keyOf(i))
  const genesis = genesisOf(keys)
  const heights = new Map<Key, bigint>()
  const fail = (error: unknown): never => {
    throw error
  }
  keys.forEach((key, i) => {
    const clock = new NodeTime(time, START_UNIX_MS)
    const log = createLogger('engine', SILENT)
    const files = new MemoryFiles()
    const engine = new Engine({
      world: { clock, timers: clock, random, files, log, metrics: new MetricsRegistry() },
      folder: 'engine',
      genesis,
      application: new KvstoreApplication(),
      dialect,
      privateValidator: validatorOf(key, dialect),
      config: { rounds: { ...DEFAULT_ROUND_CONFIG, timeoutCommitMs } },
      onFatal: fail,
      onApplied: ({ block }) => heights.set(key, block.header.height),
    })
    time.after(1, () => {
      engine.start()
      network.join({ id: key.id, reactors: engine.reactors })
    })
    for (const other of peersOf(i, validatorCount, peerCount)) network.link(key.id, keys[other]!.id)
  })
  const lowest = () => keys.reduce((least, key) => min(least, heights.get(key) ?? 0n), 1n << 62n)
  const run = (blockCount: bigint): void => {
    const goal = lowest() + blockCount
    while (lowest() < goal)
      for (let i = 0; i < STEPS_AT_ONCE; i++)
        assert(time.step(Number.POSITIVE_INFINITY), 'a network goes on')
  }
  run(2n)
  return {
    get nowMs() {
      return time.nowMs
    },
    run,
  }
}

/** Half of them are the next in a circle, the others are farther and farther away. */
function peersOf(index: number, count: number, peerCount: number): readonly number[] {
  if (peerCount >= count - 1) return Array.from({ length: index }, (_, i) => i)
  const near = Array.from({ length: peerCount / 4 }, (_, i) => i + 1)
  const far = Array.from({ length: peerCount / 4 }, (_, i) => peerCount + 5 * i * i)
  return [...near, ...far].map((step) => (index + step) % count)
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
