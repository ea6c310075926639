/** Runs a recorded chain block by block, and tells what differs from the recording. */

import { refuseAttestations } from '@wadi/attestation/contract'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { BugError, CodedError } from '@wadi/base/errors'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import { Application, type StateStore } from '@wadi/consensus-services/application'
import type { EndBlockResult } from '@wadi/consensus-services/application/results'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { needsDebug } from '@wadi/consensus-services/needsDebug'
import { createUpgrader } from '@wadi/consensus-services/upgrader'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import type { WriteLogEntry } from '@wadi/mkvs/roots'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import type { RecordedBlock } from '../records.ts'
import { plainName } from './aroundServices.ts'
import type { Phase } from './blockPhase.ts'
import { compareBlock, type Difference, type OwnBlock } from './compareBlock.ts'
import { type ReplayedBlock, replayedBlock } from './recordedHeader.ts'
import { damagedRecording, openRecording } from './recording.ts'
import { type Repair, ReplayedState } from './stateStore.ts'
import { type BlockTrace, traceBlock } from './traceBlock.ts'

/** So many blocks are run before they are compared, where speed is measured. */
const BATCH_BLOCKS = 32

/** How a chain is replayed. */
export interface ReplayOptions {
  readonly services: readonly Service[]
  /** The first height that is run; what is before is taken from the recording. */
  readonly from?: bigint
  /** The last height that is run. */
  readonly to?: bigint
  readonly repair?: Repair
  /**
   * Everything, invariants included, after every block; or, for measuring, blocks in batches, and
   * of the state only its roots.
   */
  readonly compare?: 'everything' | 'batches'
}

/** What became of a block. */
export interface ReplayedHeight {
  readonly height: bigint
  readonly record: RecordedBlock
  readonly block: ReplayedBlock
  readonly differences: readonly Difference[]
  /** Who wrote what, if something differs and everything is compared. */
  readonly trace?: BlockTrace | undefined
  /** Microseconds of the processor in the application: without reading and comparing recordings. */
  readonly cpu: number
}

/** What the nodes of a chain have in common: its context, and who may not sign there. */
export function chainOf(document: GenesisDocument): Omit<Chain, 'bus'> {
  const isDebug = needsDebug(document)
  const blacklist = document.consensus.params.publicKeyBlacklist
  const test = isDebug ? [] : TEST_PUBLIC_KEYS
  return {
    context: chainContextOf(document),
    initialHeight: document.height,
    baseEpoch: document.beacon.base,
    isDebug,
    signatures: signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, test, blacklist)),
    verifyAttestation: refuseAttestations,
    // The nodes were restarted where an upgrade wanted it, or there would be nothing to replay.
    upgrader: createUpgrader({ restarts: 'assumed' }),
  }
}

/** What a block did here. */
interface Run extends OwnBlock {
  /** What is wrong with the block's metadata, if anything is. */
  readonly refusal: Difference | undefined
}

/** A chain as it was recorded. */
export interface RecordedChain {
  readonly document: GenesisDocument
  /** In the order of their heights. */
  readonly blocks: Iterable<RecordedBlock>
}

/** A recorded block, and what of it is fed to the application. */
interface Step {
  readonly record: RecordedBlock
  readonly block: ReplayedBlock
}

/** Something was thrown out of a block: the application can neither go on nor go back. */
export class BlockStopped extends Error {
  override readonly name = 'BlockStopped'
  readonly block: ReplayedBlock
  readonly phase: Phase

  constructor(block: ReplayedBlock, phase: Phase, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`block ${block.height}: ${why}`, { cause })
    this.block = block
    this.phase = phase
  }
}

/** A chain that is being replayed. */
class Replay {
  readonly #document: GenesisDocument
  readonly #application: Application
  readonly #services: readonly Service[]
  readonly #state: ReplayedState
  #ended: EndBlockResult | undefined
  #before: readonly WriteLogEntry[] = []

  constructor(document: GenesisDocument, state: ReplayedState, services: readonly Service[]) {
    this.#document = document
    this.#services = services
    this.#state = state
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

  /** Tells which blocks come next, so that their signatures can be verified at once. */
  announce(blocks: readonly ReplayedBlock[]): void {
    this.#application.announce(blocks.flatMap(({ transactions }) => transactions))
  }

  /** Runs a block, and leaves it to be committed. */
  run(block: ReplayedBlock): Run {
    let phase: Phase = 'begin'
    try {
      const beginEvents = this.#application.beginBlock(block)
      const txResults = block.transactions.map((raw, i) => {
        phase = i
        return this.#application.deliverTx(raw)
      })
      phase = 'end'
      const refusal = this.#end()
      const endResult = this.#ended
      if (endResult === undefined) throw new BugError('replay: the block did not end')
      return { beginEvents, txResults, endResult, refusal }
    } catch (cause) {
      throw new BlockStopped(block, phase, cause)
    }
  }

  /** Runs the block once more that was run last and is not committed: who writes what? */
  trace(block: ReplayedBlock): BlockTrace | undefined {
    const document = this.#document
    const root = this.#state.tree.rootHash()
    const run = (store: StateStore) => {
      const services = this.#services
      const trace = traceBlock({ document, chain: chainOf(document), services, store, block })
      return equalBytes(store.tree.rootHash(), root) ? trace : undefined
    }
    try {
      if (this.#application.committed === undefined) return run(new ReplayedState('none'))
      return this.#state.before(this.#before, () => run(this.#state))
    } catch {
      // What differs is worth telling even if nobody can say who wrote it.
      return undefined
    }
  }

  /** Commits the block that was run, and gives the root of the state. */
  commit(): Uint8Array {
    return this.#application.commit().rootHash
  }

  /** Compares everything that the block did, which is not yet committed, and repairs its state. */
  compare({ record, block }: Step, run: Run): Pick<ReplayedHeight, 'differences' | 'trace'> {
    const { refusal } = run
    const state = this.#state.compare(record, this.#before)
    // Where the state is wrong the metadata must be.
    const bad = refusal === undefined || state.length > 0 ? [] : [refusal]
    const told = [...compareBlock(record, run), ...bad]
    if (told.length === 0 && state.length === 0) return { differences: [] }
    const trace = this.trace(block)
    this.#state.repair(record, this.#before)
    return { differences: [...told, ...state], trace }
  }

  /** What does not hold in the committed state. */
  *violations(): Generator<Difference> {
    for (const { name, violations } of this.#services)
      for (const { invariant, details } of violations(this.#state.tree))
        yield {
          where: 'invariants',
          what: `${name}: ${invariant}`,
          service: plainName(name),
          recorded: 'holds',
          ours: details,
        }
  }

  /** Ends the block; what its metadata say is one more thing to compare. */
  #end(): Difference | undefined {
    try {
      this.#application.endBlock()
      return undefined
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const where = { where: 'end', what: 'metadata', service: 'application' }
      return { ...where, recorded: 'accepted', ours: error.message }
    }
  }
}

/** Microseconds of the processor since then. */
function cpuSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return user + system
}

/** Runs a block and compares everything. */
function runOne(replay: Replay, step: Step): ReplayedHeight {
  const { record, block } = step
  const begun = process.cpuUsage()
  replay.announce([block])
  const run = replay.run(block)
  const cpu = cpuSince(begun)
  const { differences, trace } = replay.compare(step, run)
  const resumed = process.cpuUsage()
  replay.commit()
  const whole = cpu + cpuSince(resumed)
  return {
    height: block.height,
    record,
    block,
    differences: [...differences, ...replay.violations()],
    trace,
    cpu: whole,
  }
}

/** Runs blocks one after the other and compares what they did when all have been run. */
function runBatch(replay: Replay, steps: readonly Step[]): readonly ReplayedHeight[] {
  const begun = process.cpuUsage()
  // As a node that catches up, which has many blocks at hand.
  replay.announce(steps.map(({ block }) => block))
  const runs = steps.map(({ block }) => ({ run: replay.run(block), root: replay.commit() }))
  const cpu = cpuSince(begun) / steps.length
  return steps.map(({ record, block }, i) => {
    const { run, root } = runs[i]!
    const ours = toHex(root)
    const recorded = record.state_root.toLowerCase()
    const state = ours === recorded ? [] : [{ where: 'state', what: 'root', recorded, ours }]
    return {
      height: block.height,
      record,
      block,
      differences: [...compareBlock(record, run), ...state],
      cpu,
    }
  })
}

/** Takes a block from the recording, which has to agree with itself for that. */
function adopt(state: ReplayedState, record: RecordedBlock): void {
  const ours = toHex(state.adopt(record).hash)
  const recorded = record.state_root.toLowerCase()
  if (ours === recorded) return
  throw damagedRecording(
    `block ${record.height}: its state_diff leads to the root ${ours}, its state_root is ${recorded}`,
    'the recording contradicts itself there: record it again, or begin before with --from',
  )
}

/** Replays a recorded chain. */
export function* replayBlocks(
  { document, blocks }: RecordedChain,
  options: ReplayOptions,
): Generator<ReplayedHeight> {
  const { from = document.height, to, repair = 'none', compare = 'everything' } = options
  const state = new ReplayedState(repair)
  let replay: Replay | undefined
  let batch: Step[] = []
  for (const record of blocks) {
    const height = BigInt(record.height)
    if (to !== undefined && height > to) break
    if (height < from) {
      adopt(state, record)
      continue
    }
    replay ??= new Replay(document, state, options.services)
    const step = { record, block: replayedBlock(record) }
    if (compare === 'everything') yield runOne(replay, step)
    else batch.push(step)
    if (batch.length < BATCH_BLOCKS) continue
    yield* runBatch(replay, batch)
    batch = []
  }
  if (replay !== undefined && batch.length > 0) yield* runBatch(replay, batch)
}

/** Replays the chain that is recorded in a folder. */
export function replayChain(folder: string, options: ReplayOptions): Generator<ReplayedHeight> {
  return replayBlocks(openRecording(folder), options)
}
