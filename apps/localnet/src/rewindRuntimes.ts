/**
 * What nodes store of runtimes, taken back to where a chain ends. The chain has what became of each
 * round, but not the states, which somebody has to have executed: they are taken, round by round
 * and each checked by its root, from the stores of a node that has them all.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY_BYTES, equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { OasisApplication } from '@wadi/compose/oasis-application'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import * as keyManagerKeys from '@wadi/consensus/keymanager/keys'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { Header } from '@wadi/consensus/roothash/block'
import * as roothashKeys from '@wadi/consensus/roothash/keys'
import { read } from '@wadi/consensus-services/kernel/state'
import { RUNTIME_PLACES } from '@wadi/contracts/runtime-places'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { RoundHistory } from '@wadi/workers/round-history'
import { type RootChange, RuntimeStore } from '@wadi/workers/runtime-store'
import { copy, copyNode } from './changeNetwork.ts'
import { ROUNDS_AT_ONCE } from './limits.ts'

/** What a chain says of a runtime. */
export interface KnownRuntime {
  readonly id: Namespace
  /** Its first round, and the last one where the chain is to end; undefined if it has none. */
  readonly rounds: { readonly first: Header; readonly last: Header } | undefined
  /** Of a key manager: are its secrets of later? */
  readonly secrets: 'kept' | 'forgotten'
}

const { history: HISTORY, trees: TREES, checkpoints, signed, local: LOCAL } = RUNTIME_PLACES
/** Of its rounds, and what was made of them and signed in them. */
const OF_ROUNDS = [HISTORY, TREES, checkpoints, signed]

function refuse(why: string): UnavailableError {
  return new UnavailableError('localnet.paratimes', `the network cannot be taken back: ${why}`)
}

/** Folders of a node's chain as it is, and as it is to be. */
export interface ChainFolders {
  readonly before: string
  readonly after: string
  /** Of runtimes, in hexadecimal. */
  readonly ids: readonly string[]
}

/** What a chain says of runtimes where it is to end. */
export function readRuntimes(
  document: GenesisDocument,
  { before, after, ids }: ChainFolders,
): ReadonlyMap<string, KnownRuntime> {
  const [ended, ends] = [before, after].map((folder) => readState(document, folder, ids))
  const known = ids.map((id, i) => {
    const secrets = secretsOf(id, ended![i]!.checksum, ends![i]!.checksum)
    return [id, { id: namespaceOf(id), rounds: ends![i]!.rounds, secrets }] as const
  })
  return new Map(known)
}

const namespaceOf = (id: string) => Namespace.check(parseHex(id))

/**
 * What becomes of secrets, by their checksums where the chain ended and where it is to end. In a
 * network on one machine key managers make their first secret, and no other.
 */
export function secretsOf(
  id: string,
  ended: Uint8Array,
  ends: Uint8Array,
): KnownRuntime['secrets'] {
  if (equalBytes(ended, ends)) return 'kept'
  if (ends.length === 0) return 'forgotten'
  throw refuse(
    `the key manager ${id} has other secrets now than it had then, and keeps the last ones only; ` +
      'restore a snapshot, or choose a later height',
  )
}

function readState(document: GenesisDocument, folder: string, ids: readonly string[]) {
  const application = new OasisApplication({ document, folder: join(folder, 'application') })
  try {
    const state = application.services.committed?.state
    return ids.map((name) => {
      const id = namespaceOf(name)
      const { genesisBlock, lastBlock } =
        (state && read(state, roothashKeys.runtimeStates, id)) ?? {}
      const [first, last] = [genesisBlock?.header, lastBlock?.header]
      const status = state && read(state, keyManagerKeys.statuses, id)
      return {
        rounds: first && last && { first, last },
        checksum: status?.checksum ?? EMPTY_BYTES,
      }
    })
  } finally {
    application.close()
  }
}

/** Where rounds are, and go. */
export interface RoundsPlace {
  /** The chain context. */
  readonly chain: string
  /** Folders that nodes have of the runtime, which may not be there. */
  readonly from: readonly string[]
  /** One that is not there yet. */
  readonly to: string
}

/** Makes the history and the trees of a runtime anew, up to its last round. */
export async function rebuildRounds(
  { id, rounds }: KnownRuntime,
  { chain, from, to }: RoundsPlace,
): Promise<void> {
  const sources = from.filter((folder) => existsSync(join(folder, TREES)))
  if (rounds === undefined || sources.length === 0) return
  if (rounds.last.round === rounds.first.round) return
  for (const folder of sources) {
    const source = await openRounds(folder, chain, id)
    try {
      if (!hasRounds(source, rounds)) continue
      const target = await openRounds(to, chain, id)
      try {
        await copyRounds(source, target, rounds)
      } finally {
        await closeRounds(target)
      }
      return
    } finally {
      await closeRounds(source)
    }
  }
  const { first, last } = rounds
  throw refuse(
    `no node has all rounds from ${first.round} to ${last.round} of the ParaTime ${toHex(id)}; ` +
      'restore a snapshot, or choose an earlier height',
  )
}

interface Rounds {
  readonly history: RoundHistory
  readonly store: RuntimeStore
}

async function openRounds(folder: string, chain: string, runtimeId: Namespace): Promise<Rounds> {
  nodeFiles.makeFolder(folder)
  const blocks = await DiskStore.open({ path: join(folder, HISTORY), chain })
  const history = await RoundHistory.open({ store: blocks, runtimeId, seen: 'committed' })
  const path = join(folder, TREES)
  // What is made anew is waited for in the end, once.
  const options = { files: nodeFiles, path, chain, runtimeId, durability: 'buffered' } as const
  return { history, store: new RuntimeStore(options) }
}

async function closeRounds({ history, store }: Rounds): Promise<void> {
  store.close()
  await history.close()
}

type Ends = NonNullable<KnownRuntime['rounds']>

/** One that began with a checkpoint, or has pruned, has not. */
function hasRounds({ history, store }: Rounds, { first, last }: Ends): boolean {
  const isFirst = (round: bigint | undefined) => round !== undefined && round <= first.round
  const found = history.committedBlock(last.round)?.block.header
  const isSame = found !== undefined && equalBytes(found.stateRoot, last.stateRoot)
  return (
    isSame && isFirst(history.earliestRound) && isFirst(store.earliestRound) && store.hasRound(last)
  )
}

async function copyRounds(source: Rounds, target: Rounds, { first, last }: Ends): Promise<void> {
  let before = first
  target.store.finalize({ ...first, ioRoot: EMPTY_HASH })
  let blocks: AnnotatedBlock[] = []
  for (let round = first.round; round <= last.round; round++) {
    const block = source.history.committedBlock(round)!
    blocks.push(block)
    const { header } = block.block
    if (round > first.round) copyRound(source.store, target.store, { before, header })
    before = header
    if (blocks.length < ROUNDS_AT_ONCE && round < last.round) continue
    await target.history.commit(blocks)
    blocks = []
  }
  target.store.sync()
}

function copyRound(
  source: RuntimeStore,
  target: RuntimeStore,
  { before, header }: { readonly before: Header; readonly header: Header },
): void {
  const [io, state] = [ioRootOf(header), stateRootOf(header)]
  const changes = [
    { from: { ...io, hash: EMPTY_HASH }, to: io },
    { from: stateRootOf(before), to: state },
  ]
  for (const { from, to } of changes) target.apply(changeOf(source, from, to))
  target.finalize(header)
}

/** Rounds without a result change nothing, and nothing is kept of them. */
function changeOf(
  source: RuntimeStore,
  from: RootChange['from'],
  to: RootChange['to'],
): RootChange {
  const isSame = equalBytes(from.hash, to.hash)
  return { from, to, writeLog: isSame ? [] : source.writeLog(from, to) }
}

/** Folders of a runtime. */
export interface RuntimeFolders {
  readonly from: string
  /** What was made anew of it, if anything was. */
  readonly rebuilt: string
  readonly to: string
}

/** Copies what a node has of a runtime, with its rounds as they were made anew. */
export function copyRuntime(
  { secrets }: KnownRuntime,
  { from, rebuilt, to }: RuntimeFolders,
): void {
  copyNode(from, to, secrets === 'kept' ? OF_ROUNDS : [...OF_ROUNDS, LOCAL])
  for (const name of [HISTORY, TREES])
    if (existsSync(join(rebuilt, name)) && existsSync(join(from, name)))
      copy(join(rebuilt, name), join(to, name))
}
