/** Runs a recorded chain block by block, and tells what differs from the recording. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuseAttestations } from '@wadi/attestation/contract'
import { BugError, CodedError } from '@wadi/base/errors'
import {
  chainContextOf,
  type GenesisDocument,
  parseGenesis,
} from '@wadi/consensus/genesis/document'
import { Application } from '@wadi/consensus-services/application'
import type { EndBlockResult } from '@wadi/consensus-services/application/results'
import { usesDebugParameters } from '@wadi/consensus-services/genesisDebug'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { createUpgrader } from '@wadi/consensus-services/upgrader'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import type { WriteLogEntry } from '@wadi/mkvs/roots'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { readNdjsonFile } from '../ndjson.ts'
import type { RecordedBlock } from '../records.ts'
import { compareBlock, type Difference } from './compareBlock.ts'
import { type ReplayedBlock, replayedBlock } from './recordedHeader.ts'
import { type Repair, ReplayedState } from './stateStore.ts'

/** How a chain is replayed. */
export interface ReplayOptions {
  readonly services: readonly Service[]
  /** The first height that is run; what is before is taken from the recording. */
  readonly from?: bigint
  /** The last height that is run. */
  readonly to?: bigint
  readonly repair?: Repair
  /** Whether invariants are checked after every block; they are unless told otherwise. */
  readonly invariants?: 'checked' | 'skipped'
}

/** What became of a block. */
export interface ReplayedHeight {
  readonly height: bigint
  readonly block: ReplayedBlock
  readonly differences: readonly Difference[]
  /** Microseconds of the processor in the application: without reading and comparing recordings. */
  readonly cpu: number
}

/** What the nodes of a chain have in common: its context, and who may not sign there. */
export function chainOf(document: GenesisDocument): Omit<Chain, 'bus'> {
  const isDebug = usesDebugParameters(document)
  const blacklist = document.consensus.params.publicKeyBlacklist
  const test = isDebug ? [] : TEST_PUBLIC_KEYS
  return {
    context: chainContextOf(document),
    initialHeight: document.height,
    baseEpoch: document.beacon.base,
    isDebug,
    signatures: signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, test, blacklist)),
    verifyAttestation: refuseAttestations,
    upgrader: createUpgrader(),
  }
}

/** A chain that is being replayed. */
class Replay {
  readonly #application: Application
  readonly #services: readonly Service[]
  readonly #state: ReplayedState
  readonly #invariants: 'checked' | 'skipped'
  #ended: EndBlockResult | undefined
  #before: readonly WriteLogEntry[] = []
  #cpu = 0

  constructor(document: GenesisDocument, state: ReplayedState, options: ReplayOptions) {
    const { services, invariants = 'checked' } = options
    this.#services = services
    this.#state = state
    this.#invariants = invariants
    const chain = chainOf(document)
    this.#application = new Application({
      chain,
      services,
      store: state,
      watch: (result, before) => {
        this.#ended = result
        this.#before = before
      },
    })
    if (this.#application.committed !== undefined) return
    const validators = genesisValidators(document, chain.signatures)
    this.#application.initChain({ document, validators })
  }

  /** Microseconds of the processor in the application so far. */
  get cpu(): number {
    return this.#cpu
  }

  run(record: RecordedBlock, block: ReplayedBlock): readonly Difference[] {
    const begun = process.cpuUsage()
    this.#application.announce(block.transactions)
    const beginEvents = this.#application.beginBlock(block)
    const txResults = block.transactions.map((raw) => this.#application.deliverTx(raw))
    const refusal = this.#end()
    this.#count(begun)
    const endResult = this.#ended
    if (endResult === undefined) throw new BugError('replay: the block did not end')
    const differences = [
      ...compareBlock(record, { beginEvents, txResults, endResult }),
      ...this.#state.compare(record, this.#before),
    ]
    if (refusal !== undefined && differences.length === 0) differences.push(refusal)
    const resumed = process.cpuUsage()
    this.#application.commit()
    this.#count(resumed)
    return [...differences, ...this.#violations()]
  }

  #count(begun: NodeJS.CpuUsage): void {
    const { user, system } = process.cpuUsage(begun)
    this.#cpu += user + system
  }

  /** Ends the block; what its metadata say is one more thing to compare. */
  #end(): Difference | undefined {
    try {
      this.#application.endBlock()
      return undefined
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return { where: 'end', what: 'metadata', recorded: 'accepted', ours: error.message }
    }
  }

  *#violations(): Generator<Difference> {
    if (this.#invariants === 'skipped') return
    for (const { name, violations } of this.#services)
      for (const { invariant, details } of violations(this.#state.tree))
        yield {
          where: 'invariants',
          what: `${name}: ${invariant}`,
          recorded: 'holds',
          ours: details,
        }
  }
}

/** A chain as it was recorded. */
export interface RecordedChain {
  readonly document: GenesisDocument
  /** In the order of their heights. */
  readonly blocks: Iterable<RecordedBlock>
}

/** Replays a recorded chain. */
export function* replayBlocks(
  { document, blocks }: RecordedChain,
  options: ReplayOptions,
): Generator<ReplayedHeight> {
  const { from = document.height, to, repair = 'none' } = options
  const state = new ReplayedState(repair)
  let replay: Replay | undefined
  for (const record of blocks) {
    const height = BigInt(record.height)
    if (to !== undefined && height > to) return
    if (height < from) {
      state.adopt(record)
      continue
    }
    replay ??= new Replay(document, state, options)
    const block = replayedBlock(record)
    const before = replay.cpu
    const differences = replay.run(record, block)
    yield { height, block, differences, cpu: replay.cpu - before }
  }
}

/** Replays the chain that is recorded in a folder. */
export function replayChain(folder: string, options: ReplayOptions): Generator<ReplayedHeight> {
  const document = parseGenesis(readFileSync(join(folder, 'genesis.json'), 'utf8'))
  const blocks = readNdjsonFile<RecordedBlock>(join(folder, 'blocks.ndjson.gz'))
  return replayBlocks({ document, blocks }, options)
}
