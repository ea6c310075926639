/** Runs a block once more, to see who writes what. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Application, type StateStore } from '@wadi/consensus-services/application'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { aroundServices } from './aroundServices.ts'
import type { ReplayedBlock } from './recordedHeader.ts'
import { Journal, WatchedState, type Write } from './watchedState.ts'

/** Who wrote what in a block. */
export interface BlockTrace {
  /** All writes of a key, the last one last; several of one writer in a row are one. */
  writesOf(key: Uint8Array): readonly Write[]
}

/** A block, and everything that it runs with. */
export interface TraceRequest {
  readonly document: GenesisDocument
  readonly chain: Omit<Chain, 'bus'>
  readonly services: readonly Service[]
  /** The state before the block, or an empty one if the chain begins with it. */
  readonly store: StateStore
  readonly block: ReplayedBlock
}

/**
 * Traces a block. Afterwards the tree holds what the block left there. It costs about as much as
 * the block did, so whatever is replayed normally is not watched.
 */
export function traceBlock({ document, chain, services, store, block }: TraceRequest): BlockTrace {
  const journal = new Journal()
  const application = new Application({
    chain,
    services: aroundServices(services, journal.around),
    store,
    openState: (tree) => new WatchedState(tree, journal),
  })
  if (application.committed === undefined) {
    const validators = genesisValidators(document, chain.signatures)
    application.initChain({ document, validators })
  }
  application.announce(block.transactions)
  journal.phase = 'begin'
  application.beginBlock(block)
  for (const [i, raw] of block.transactions.entries()) {
    journal.phase = i
    application.deliverTx(raw)
  }
  journal.phase = 'end'
  try {
    application.endBlock()
  } catch (error) {
    // Bad metadata were seen when the block ran first.
    if (!(error instanceof CodedError)) throw error
  }
  return { writesOf: groupWrites(journal.writes) }
}

function groupWrites(writes: readonly Write[]): BlockTrace['writesOf'] {
  const byKey = new Map<string, Write[]>()
  for (const write of writes) {
    const others = byKey.get(write.key) ?? []
    const last = others.at(-1)
    const isSame = last?.writer.phase === write.writer.phase && isSameCall(last, write)
    if (last !== undefined && isSame) others[others.length - 1] = { ...write, before: last.before }
    else others.push(write)
    byKey.set(write.key, others)
  }
  return (key) => byKey.get(toHex(key)) ?? []
}

function isSameCall(a: Write, b: Write): boolean {
  const [x, y] = [a.writer.calls, b.writer.calls]
  return (
    x.length === y.length &&
    x.every((call, i) => call.name === y[i]!.name && call.service === y[i]!.service)
  )
}

/** Did a write leave what was there? */
export function leftAlone({ before, after }: Write): boolean {
  if (before === undefined || after === undefined) return before === after
  return equalBytes(before, after)
}
