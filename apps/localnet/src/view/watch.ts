/** Tells of a network while it runs: as a picture of now, or a line for each block. */

import { setTimeout as wait } from 'node:timers/promises'
import { jsonLine } from '@wadi/node-config/json-output'
import type { NetworkNode } from '../createNetwork.ts'
import type { NetworkFiles } from '../networkFiles.ts'
import { blockJson } from '../networkJson.ts'
import {
  type BlockFacts,
  type BlockView,
  type LookOptions,
  lookAt,
  readBlock,
  readBlockFacts,
} from '../snapshot.ts'
import { followBlocks } from './followBlocks.ts'
import { type FrameContext, frameOf } from './frame.ts'

/** Where it is told. */
export interface Screen {
  /** A picture for a terminal, a line for each block, or the same in JSON. */
  readonly form: 'picture' | 'lines' | 'json'
  readonly columns: number
  write(text: string): unknown
}

/** What is told beside what the nodes say. */
export interface WatchContext extends Pick<FrameContext, 'title' | 'epochBlocks' | 'endpoints'> {
  /** Who proposes blocks and is not among the nodes, and which ParaTimes there are. */
  readonly look: LookOptions
  readonly files: Pick<NetworkFiles, 'owners' | 'paratimes'>
  /** The first block that is told; the next one if it is left out. */
  readonly from: bigint | undefined
}

/** A view that is kept up to date. */
export interface Watch {
  /** Leaves the terminal as it was. */
  close(): void
}

const LOOK_MS = 250
/** Blocks over which their distance is told. */
const PACE_BLOCKS = 10
const MS_PER_SECOND = 1_000
const [HIDE_CURSOR, SHOW_CURSOR] = ['\u001b[?25l', '\u001b[?25h']
const REST_OF_LINE = '\u001b[K'
const upwards = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A`)

/** What is told of many blocks. */
class History {
  readonly #times: { readonly height: bigint; readonly unixMs: number }[] = []
  transactions = 0

  add(block: BlockView): void {
    this.#times.push(block)
    if (this.#times.length > PACE_BLOCKS) this.#times.shift()
    this.transactions += block.transactions
  }

  get interval(): number | undefined {
    const [first] = this.#times
    const last = this.#times.at(-1)
    if (first === undefined || last === undefined || first === last) return undefined
    return (last.unixMs - first.unixMs) / MS_PER_SECOND / Number(last.height - first.height)
  }
}

/** Watches until it is closed. */
export function watchNetwork(
  nodes: readonly NetworkNode[],
  screen: Screen,
  context: WatchContext,
): Watch {
  const life = new AbortController()
  const watching = { nodes, screen, context, signal: life.signal }
  const isPicture = screen.form === 'picture'
  if (isPicture) screen.write(HIDE_CURSOR)
  void (isPicture ? paint(watching) : tellBlocks(watching))
  return {
    close() {
      life.abort()
      if (isPicture) screen.write(SHOW_CURSOR)
    },
  }
}

interface Watching {
  readonly nodes: readonly NetworkNode[]
  readonly screen: Screen
  readonly context: WatchContext
  readonly signal: AbortSignal
}

async function paint({ nodes, screen, context, signal }: Watching): Promise<void> {
  const history = new History()
  void count(history, { nodes, context, signal })
  for (let drawn = 0; !signal.aborted; ) {
    const view = await lookAt(nodes, context.look)
    if (signal.aborted) return
    const { interval, transactions } = history
    const now = { ...context, interval, transactions, nowMs: Date.now() }
    const lines = frameOf(view, now, screen.columns)
    screen.write(upwards(drawn) + lines.map((line) => `${line}${REST_OF_LINE}\n`).join(''))
    drawn = lines.length
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Between two looks there may have been many blocks. */
async function count(
  history: History,
  { nodes, context, signal }: Omit<Watching, 'screen'>,
): Promise<void> {
  const { from, files } = context
  const read = (node: NetworkNode, height: bigint) => readBlock(node, height, files.owners)
  for await (const block of followBlocks(nodes, { from, signal, read })) history.add(block)
}

async function tellBlocks({ nodes, screen, context, signal }: Watching): Promise<void> {
  const { from, files } = context
  const read = (node: NetworkNode, height: bigint) => readBlockFacts(node, height, files)
  const lineOf =
    screen.form === 'json' ? (facts: BlockFacts) => jsonLine(blockJson(facts)) : blockLine
  for await (const facts of followBlocks(nodes, { from, signal, read })) screen.write(lineOf(facts))
}

/** A block in a line, for whoever is no terminal. */
function blockLine({ block, epoch, mempool, paratimes }: BlockFacts): string {
  const { height, proposer, round, transactions } = block
  const rounds = paratimes.map(({ name, round: last }) => `  ${name} ${last}`).join('')
  const made = `block ${height}  epoch ${epoch}  proposed by ${proposer}  round ${round}`
  return `${made}  transactions ${transactions}  waiting ${mempool}${rounds}\n`
}
