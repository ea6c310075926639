/** A network as lines of a terminal. */

import type { ParatimeView } from '../paratimeViews.ts'
import type { NetworkView, NodeView } from '../snapshot.ts'
import { bar } from './bar.ts'

/** What is shown beside what the nodes say. */
export interface FrameContext {
  readonly title: string
  readonly epochBlocks: number
  /** Seconds between the last blocks. */
  readonly interval: number | undefined
  /** Since this program has begun. */
  readonly transactions: number | undefined
  readonly nowMs: number
  /** Where the network is called. */
  readonly endpoints: readonly string[]
}

const NAME_WIDTH = 12
const NUMBER_WIDTH = 9
const BAR_WIDTH = 20
const HUNDRED = 100
const MS_PER_SECOND = 1_000

function row(cells: readonly string[]): string {
  const [name = '', ...others] = cells
  return name.padEnd(NAME_WIDTH) + others.map((cell) => cell.padStart(NUMBER_WIDTH)).join('')
}

function nodeRow(node: NodeView, total: bigint, proposer: string | undefined): string {
  const { name, part, isAway, isSynced, height, peers, power } = node
  if (isAway) return row([name, 'away'])
  const share = total === 0n ? 0 : Number((power * BigInt(HUNDRED)) / total)
  const votes = part === undefined ? `${share} %` : '–'
  const state = isSynced ? 'synced' : 'catching up'
  const mark = name === proposer ? '  ◀ proposed' : ''
  return `${row([name, String(height), String(peers), votes])}   ${state}${mark}`
}

/** What became of the last round; nothing is said of one that went well. */
const OUTCOMES = {
  normal: '',
  failed: ', failed',
  epoch: ', epoch begins',
  suspended: ', suspended',
  none: '',
} as const

function paratimeRow(
  { name, round, unixMs, outcome, workers, backups }: ParatimeView,
  nowMs: number,
) {
  if (workers.length === 0) return `${row([name, String(round)])}   nobody is elected yet`
  const age = Math.max(0, (nowMs - unixMs) / MS_PER_SECOND).toFixed(0)
  const last = `${age} s ago${OUTCOMES[outcome]}`
  const helpers = backups.length > 0 ? `, else ${backups.join(' ')}` : ''
  const told = [last.padEnd(NAME_WIDTH), `${workers.join(' ')}${helpers}`].join('  ')
  return `${row([name, String(round)])}   ${told}`
}

function paratimeRows({ paratimes }: NetworkView, nowMs: number): readonly string[] {
  if (paratimes.length === 0) return []
  const elected = 'proposes first, then …'
  const title = `${row(['ParaTime', 'round'])}   ${'last'.padEnd(NAME_WIDTH)}  ${elected}`
  return [title, ...paratimes.map((paratime) => paratimeRow(paratime, nowMs)), '']
}

function percent(part: number): string {
  return `${Math.round(part * HUNDRED)} %`.padStart(6)
}

/** The lines, none of them longer than `width`. */
export function frameOf(view: NetworkView, context: FrameContext, width: number): string[] {
  const { nodes, block, epoch, epochBlock, prevotes, precommits, mempool } = view
  const { title, epochBlocks, interval, transactions, nowMs, endpoints } = context
  const total = nodes.reduce((sum, { power }) => sum + power, 0n)
  const age = block && Math.max(0, (nowMs - block.unixMs) / MS_PER_SECOND).toFixed(0)
  const pace = interval === undefined ? '' : `, one each ${interval.toFixed(1)} s`
  const since = transactions === undefined ? '' : `, ${transactions} since the start`
  const last =
    block === undefined
      ? 'no block yet'
      : `${block.height}  (${age} s ago, round ${block.round}${pace})`
  const place = epochBlock + 1n
  // Whoever begins the next one does so in a transaction, which takes a block or two.
  const placeInEpoch =
    place > epochBlocks ? 'the next one begins' : `block ${place} of ${epochBlocks}`
  return [
    title,
    '',
    `block     ${last}`,
    `epoch     ${epoch}  ${bar(Number(place) / epochBlocks, BAR_WIDTH)}  ${placeInEpoch}`,
    `prevotes  ${bar(prevotes, BAR_WIDTH)} ${percent(prevotes)}    precommits  ${bar(precommits, BAR_WIDTH)} ${percent(precommits)}`,
    `mempool   ${mempool} waiting    transactions  ${block?.transactions ?? 0} in the last block${since}`,
    '',
    row(['node', 'height', 'peers', 'votes']),
    ...nodes.map((node) => nodeRow(node, total, block?.proposer)),
    '',
    ...paratimeRows(view, nowMs),
    ...endpoints,
  ].map((line) => Array.from(line).slice(0, width).join(''))
}
