/** Looks at a network again and again, and tells of it: as a picture, or a line for each block. */

import type { NetworkNode } from '../createNetwork.ts'
import { jsonLine } from '../json.ts'
import { blockJson } from '../networkJson.ts'
import { type BlockView, lookAt, type NetworkView, type SilentValidator } from '../snapshot.ts'
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
  /** Who proposes blocks and is not among the nodes. */
  readonly silent: readonly SilentValidator[]
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

/** What changes between two looks. */
class History {
  readonly #times: { readonly height: bigint; readonly unixMs: number }[] = []
  transactions = 0

  /** Is there a block that was not seen before? */
  add({ block }: NetworkView): boolean {
    if (block === undefined || block.height === this.#times.at(-1)?.height) return false
    this.#times.push(block)
    if (this.#times.length > PACE_BLOCKS) this.#times.shift()
    this.transactions += block.transactions
    return true
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
  const history = new History()
  const isPicture = screen.form === 'picture'
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let drawn = 0
  const show = (view: NetworkView) => {
    const isNew = history.add(view)
    if (isPicture) {
      const { interval, transactions } = history
      const now = { ...context, interval, transactions, nowMs: Date.now() }
      const lines = frameOf(view, now, screen.columns)
      screen.write(upwards(drawn) + lines.map((line) => `${line}${REST_OF_LINE}\n`).join(''))
      drawn = lines.length
    } else if (isNew && view.block !== undefined)
      screen.write(
        screen.form === 'json' ? jsonLine(blockJson(view.block, view)) : lineOf(view.block, view),
      )
  }
  const look = async () => {
    const view = await lookAt(nodes, context.silent)
    if (isClosed) return
    show(view)
    timer = setTimeout(look, LOOK_MS)
  }
  if (isPicture) screen.write(HIDE_CURSOR)
  void look()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      if (isPicture) screen.write(SHOW_CURSOR)
    },
  }
}

/** A block in a line, for whoever is no terminal. */
function lineOf(block: BlockView, { epoch, mempool }: NetworkView): string {
  const { height, proposer, round, transactions } = block
  const made = `block ${height}  epoch ${epoch}  proposed by ${proposer}  round ${round}`
  return `${made}  transactions ${transactions}  waiting ${mempool}\n`
}
