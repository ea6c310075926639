/** Validators that agree on one height after the other in virtual time, and keep little. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { Engine, type EngineOptions } from '@wadi/engine/engine'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { createKvstoreChain } from '../chains/kvstoreChain.ts'
import type { SimChain, SimValidator } from '../chains/simChain.ts'
import { SimNetwork } from '../world/network.ts'
import { NodeTime, VirtualTime } from '../world/virtualTime.ts'

/** Blocks and states that every validator keeps. */
const KEPT = 100n
/**
 * What fills up over tens of thousands of heights before it is as large as it gets is made small:
 * the files of the state, its pages, the transactions that are remembered.
 */
const SIZES = { segmentSize: 131_072, indexInterval: 131_072, cachePagesMax: 16 }
const CONFIG = {
  rounds: { ...DEFAULT_ROUND_CONFIG, timeoutCommitMs: 100 },
  mempool: { cacheCountMax: 100 },
}
/** So many keys have a value, whatever the height. */
const KEYS = 100n
const START_MS = 1_767_225_600_000

function signerOf({
  publicKey,
  sign,
}: SimValidator): NonNullable<EngineOptions['privateValidator']> {
  return {
    publicKey,
    lastSignedHeight: 0n,
    signVote: (chainId, vote, done) =>
      done({
        kind: 'signed',
        signed: { ...vote, signature: sign(canonicalVoteBytes(chainId, vote)) },
      }),
    signProposal: (chainId, proposal, done) =>
      done({
        kind: 'signed',
        signed: { ...proposal, signature: sign(canonicalProposalBytes(chainId, proposal)) },
      }),
  }
}

/** See the top of this file. */
export class HeightNetwork {
  readonly #time = new VirtualTime()
  readonly #random = new SeededRandom(1n)
  readonly #network = new SimNetwork({
    time: this.#time,
    random: this.#random,
    onOffence: () => undefined,
  })
  readonly #chain: SimChain
  readonly #disks: MemoryFiles[] = []
  #height = 0n

  constructor(validators: number) {
    const powers = Array.from({ length: validators }, () => 1n)
    this.#chain = createKvstoreChain({ powers, signatures: 'stand-in' })
    for (let index = 0; index < validators; index++) this.#add(index)
  }

  get height(): bigint {
    return this.#height
  }

  /** Bytes of memory that the disks of all take. */
  get diskBytes(): number {
    return this.#disks.reduce((sum, { heldBytes }) => sum + heldBytes, 0)
  }

  /** Lets time pass until there is a block of this height. */
  runTo(height: bigint): void {
    while (this.#height < height)
      assert(this.#time.step(Number.MAX_SAFE_INTEGER), 'there is always a next block')
  }

  #add(index: number): void {
    const [id, files] = [`node${index}`, new MemoryFiles()]
    const clock = new NodeTime(this.#time, START_MS)
    const { genesis, dialect, validators } = this.#chain
    const engine: Engine = new Engine({
      world: {
        clock,
        timers: clock,
        random: this.#random,
        files,
        log: createLogger('engine', SILENT),
        metrics: new MetricsRegistry(),
      },
      folder: 'node',
      genesis,
      application: new KvstoreApplication({
        folder: 'application',
        files,
        kept: KEPT,
        sizes: SIZES,
      }),
      dialect,
      privateValidator: signerOf(validators[index]!),
      config: CONFIG,
      onFatal: (error) => {
        throw error
      },
      onApplied: ({ block: { header } }) => {
        this.#height = header.height
        const { height } = header
        if (index === 0) engine.mempool.checkTx(toUtf8(`key${height % KEYS}=${height}`))
      },
    })
    this.#time.after(1, () => {
      engine.start()
      this.#network.join({ id, reactors: engine.reactors })
    })
    for (let other = 0; other < index; other++) this.#network.link(id, `node${other}`)
    this.#disks.push(files)
  }
}
