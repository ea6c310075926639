/**
 * One of four validators with a disk, an application and a clock. The other three are the test:
 * they say whatever it has them say. The process ends and begins again when the test says so.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Timers } from '@wadi/base/timers'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Effect } from '@wadi/tendermint/round/effect'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { signerOf, verifyProposal, verifyVote } from '@wadi/tendermint/round/verifyMessages'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { type TestKey, testKey, testTime } from '@wadi/tendermint/testing/signedChain'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import { rotated } from '@wadi/tendermint/validators/priorities'
import { decidedBlocks } from '../../decidedBlocks.ts'
import type { MadeBlock } from '../../execution/executor.ts'
import { CHAIN_ID, Ground, noEvidence, testGenesis } from '../../execution/testing/executedChain.ts'
import { FileSigner } from '../../signing/fileSigner.ts'
import { standInDialect, standInSignature } from '../../testing/engineNetwork.ts'
import { MemoryApplication } from '../../testing/memoryApplication.ts'
import { Wal } from '../../wal/wal.ts'
import { Consensus } from '../consensus.ts'
import { consensusMetrics } from '../metrics.ts'
import { ConsensusReactor } from '../reactor.ts'

const COUNT = 4
const KEYS = Array.from({ length: COUNT }, (_, i) => testKey(i))
/** It would propose in the fourth round: what it collects is what others send. */
const OWN = ownKey()
const OTHERS = KEYS.filter((key) => key !== OWN)

function genesis() {
  return testGenesis({ validators: KEYS.map(({ publicKey }) => ({ publicKey, power: 10n })) })
}

function ownKey(): TestKey {
  const { validators } = new Ground(genesis()).handshake()
  const { proposer } = rotated(validators, COUNT - 1)
  return KEYS.find(({ publicKey }) => equalBytes(publicKey, proposer!.publicKey))!
}

/** What a validator says that is the test: 0, 1 or 2. */
export type Saying = Pick<Vote, 'type' | 'round' | 'blockId'> & { readonly by: number }

/** See the top of this file. */
export class LonelyValidator {
  readonly files = new MemoryFiles()
  readonly time = new VirtualTime()
  readonly #application = new MemoryApplication()
  readonly #genesis = genesis()
  /** What could be decided at the first height. */
  readonly blocks: readonly MadeBlock[]
  /** What the running process told; begins anew with it. */
  effects: Effect[] = []
  onSettled: () => void = () => undefined
  /** Of the running process. */
  metrics = new MetricsRegistry()
  /** Speaks with whatever peers a test adds. */
  reactor!: ConsensusReactor
  #consensus!: Consensus
  #wal!: Wal
  #signer: FileSigner | undefined
  #end: () => void = () => undefined

  constructor() {
    const elsewhere = new Ground(this.#genesis)
    const chain = elsewhere.handshake()
    this.blocks = [1, 2].map((number) => {
      elsewhere.mempool.transactions = [Uint8Array.of(number)]
      const proposerAddress = OTHERS[number]!.address
      return elsewhere.executor.make(chain, { lastCommit: undefined, proposerAddress })!
    })
    this.start()
  }

  get rounds(): RoundState {
    const { rounds } = this.#consensus
    assert(rounds !== undefined, 'it runs')
    return rounds
  }

  /** A process begins. */
  start(): void {
    const { files, time } = this
    this.effects = []
    this.metrics = new MetricsRegistry()
    let isAlive = true
    this.#end = () => {
      isAlive = false
    }
    const timers: Timers = { after: (ms, run) => time.after(ms, () => isAlive && run()) }
    const ground = new Ground(this.#genesis, { files, application: this.#application })
    const chain = ground.handshake()
    const signer = new FileSigner({
      files,
      folder: 'keys',
      publicKey: PublicKey.check(OWN.publicKey),
      dialect: standInDialect,
      sign: (message) => standInSignature(OWN.publicKey, message),
    })
    this.#signer = signer
    this.#wal = new Wal({ files, path: 'wal', chain: CHAIN_ID, log: createLogger('wal', SILENT) })
    this.#consensus = new Consensus(
      {
        config: DEFAULT_ROUND_CONFIG,
        dialect: standInDialect,
        clock: time.clock,
        timers,
        executor: ground.executor,
        blockStore: ground.blockStore,
        wal: this.#wal,
        evidence: noEvidence(),
        hasTransactions: () => false,
        privateValidator: signer,
        listener: {
          onEffect: (effect) => {
            this.effects.push(effect)
            this.reactor.tell(effect)
          },
          onSettled: () => {
            this.onSettled()
            this.reactor.settled()
          },
        },
      },
      chain,
    )
    this.reactor = new ConsensusReactor({
      clock: time.clock,
      timers,
      random: new SeededRandom(1n),
      initialHeight: 1n,
      decided: decidedBlocks(ground.blockStore),
      metrics: this.metrics.register(consensusMetrics),
    })
    this.reactor.begin(this.#consensus)
    const { lastSignedHeight } = signer
    this.#consensus.start({ address: OWN.address, lastSignedHeight })
  }

  /** The process is gone; what was written stays. */
  kill(): void {
    this.#end()
    this.#signer?.close()
    this.#consensus.stop()
    this.files.kill()
  }

  /** Everything is on the disk that was logged. */
  sync(): void {
    this.#wal.sync()
  }

  /** What the log of rounds takes on the disk. */
  logBytes(): number {
    const sizes = this.files.list('wal').map((name) => this.files.openRead(`wal/${name}`).size())
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  /** What another validator says. */
  signedVote({ by, type, round, blockId }: Saying): Vote {
    const { address, publicKey } = OTHERS[by]!
    const validatorIndex = this.rounds.validators.validators.findIndex((validator) =>
      equalBytes(validator.address, address),
    )
    const unsigned = {
      type,
      height: 1n,
      round,
      blockId,
      timestamp: testTime(5),
      validatorAddress: address,
      validatorIndex,
      signature: new Uint8Array(0),
    } as const
    const signature = standInSignature(publicKey, canonicalVoteBytes(CHAIN_ID, unsigned))
    return { ...unsigned, signature }
  }

  /** Another validator votes. */
  vote(saying: Saying): void {
    const vote = this.signedVote(saying)
    if (signerOf(this.rounds, vote) === undefined) return
    const { publicKey } = OTHERS[saying.by]!
    const verified = verifyVote({ dialect: standInDialect, chainId: CHAIN_ID }, { vote, publicKey })
    assert(verified !== undefined, 'the test signs')
    this.#consensus.receive({ kind: 'vote', vote: verified, sender: `peer${saying.by}` })
  }

  /** The proposer of the round proposes, unless it is the node itself; its parts follow. */
  propose(block: MadeBlock, polRound: number): void {
    const { height, validators } = this.rounds
    const { publicKey } = validators.proposer!
    if (height > 1n || equalBytes(publicKey, OWN.publicKey)) return
    const view = { dialect: standInDialect, chainId: CHAIN_ID }
    const proposal = verifyProposal(view, this.signedProposal(block, polRound), publicKey)
    assert(proposal !== undefined, 'the test signs')
    this.#consensus.receive({ kind: 'proposal', proposal, sender: 'peer1' })
  }

  /** What the proposer of the round says. */
  signedProposal({ blockId }: MadeBlock, polRound: number): Proposal {
    const { height, round, validators } = this.rounds
    const unsigned = { height, round, polRound, blockId, timestamp: testTime(5) }
    const message = canonicalProposalBytes(CHAIN_ID, unsigned)
    return { ...unsigned, signature: standInSignature(validators.proposer!.publicKey, message) }
  }

  sendParts({ parts }: MadeBlock): void {
    const { round } = this.rounds
    for (const part of parts)
      this.#consensus.receive({ kind: 'block-part', height: 1n, round, part, sender: 'peer2' })
  }

  /** A peer says that more than two thirds voted for something. */
  claim(
    peer: string,
    about: Pick<Vote, 'type' | 'round'> & { blockId: BlockId | undefined },
  ): void {
    this.#consensus.receive({ kind: 'majority-claim', height: 1n, peer, ...about })
  }

  /** A peer hangs up; whoever speaks as it afterwards is a new connection. */
  leave(peer: string): void {
    this.#consensus.receive({ kind: 'peer-gone', peer })
  }
}
