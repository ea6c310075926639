import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { errors } from '../errors.ts'
import { ROWS_MAX } from '../limits.ts'
import { committeeSize } from '../replication/committeeSize.ts'
import { tableLines } from '../words/lines.ts'

const WHOLE_PERCENT = 100n
const PERCENT = /^(\d{1,3})(?:\.(\d{1,6}))?$/
const ODDS = /^\d{1,40}$/
const TENTHS = 10n

/** So many of the pool's nodes are byzantine: parts of nodes are not. */
function byzantineCount(poolSize: number, percent: string): number {
  const [, whole, decimals = ''] = PERCENT.exec(percent) ?? []
  const scale = 10n ** BigInt(decimals.length)
  const share = whole === undefined ? undefined : BigInt(whole + decimals)
  if (share === undefined || share > WHOLE_PERCENT * scale)
    throw errors.badValue(
      `--byzantine has ${JSON.stringify(percent)}; give percentages up to 100, with commas between`,
    )
  return Number((BigInt(poolSize) * share) / (WHOLE_PERCENT * scale))
}

function oddsOf(text: string): bigint {
  if (ODDS.test(text)) return BigInt(text)
  throw errors.badValue(
    `--once-in has ${JSON.stringify(text)}; give whole numbers, with commas between`,
  )
}

function itemsOf(flag: string, text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.length <= ROWS_MAX) return items
  throw errors.badValue(`${flag} has ${items.length} numbers; give ${ROWS_MAX} at most`)
}

/** How much less is executed than by a majority committee, with one decimal. */
function ratioText(small: number | undefined, large: number | undefined): string {
  if (small === undefined || large === undefined) return ''
  const tenths = (BigInt(large) * TENTHS) / BigInt(small)
  return `${tenths / TENTHS}.${tenths % TENTHS} times`
}

function rowOf(poolSize: number, percent: string, text: string) {
  const byzantine = byzantineCount(poolSize, percent)
  const odds = oddsOf(text)
  const drawing = { poolSize, byzantineCount: byzantine, odds }
  const [detection, majority, twoThirds] = (['detection', 'majority', 'twoThirds'] as const).map(
    (kind) => committeeSize(kind, drawing),
  )
  return { percent, byzantine, odds, detection, majority, twoThirds }
}

/** `wadi committee-size`. */
export const committeeSizes = wadiCommand({
  name: 'committee-size',
  summary: 'compute how many nodes have to execute the same, by how they find out who lies',
  details: [
    'A committee is drawn from a pool, in which some nodes are byzantine: they lie, all in the same',
    'way. The table has the size of the smallest committee that they take over once in so many',
    'drawings at most. DETECTION is what ParaTimes do: a wrong result passes only if all workers lie,',
    'because one honest node is enough to have the backup workers decide, who do nothing otherwise.',
    'MAJORITY is a committee in which most have to be honest, and TWO THIRDS one in which more than',
    'two thirds have to. LESS WORK is how much less is executed by detection than by a majority.',
    'All of it is exact; "-" stands for what the whole pool cannot do.',
  ],
  examples: [
    'wadi committee-size',
    'wadi committee-size --pool 1000 --byzantine 20,33.3 --once-in 1000000000',
  ],
  asks: 'nobody',
  options: {
    pool: { kind: 'integer', doc: 'how many nodes are drawn from', fallback: 100n, word: 'count' },
    byzantine: {
      kind: 'text',
      doc: 'percentages of the pool that lie, with commas between',
      fallback: '10,20,25,33',
      word: 'percentages',
    },
    'once-in': {
      kind: 'text',
      doc: 'in how many drawings one may go wrong, with commas between',
      fallback: '1000,1000000,1000000000',
      word: 'counts',
    },
  },
  run({ flags, operands }, world) {
    operandsOf(operands)
    const poolSize = Number(flags.pool)
    const all = itemsOf('--byzantine', flags.byzantine).flatMap((percent) =>
      itemsOf('--once-in', flags['once-in']).map((odds) => rowOf(poolSize, percent, odds)),
    )
    const json = {
      pool: poolSize,
      rows: all.map(({ percent, byzantine, odds, twoThirds, ...sizes }) => ({
        byzantine_percent: percent,
        byzantine,
        once_in: odds.toString(),
        ...sizes,
        two_thirds: twoThirds,
      })),
    }
    const size = (count: number | undefined) => `${count ?? '-'}`
    const rows = all.map(({ percent, byzantine, odds, detection, majority, twoThirds }) => [
      `${percent}% (${byzantine} of ${poolSize})`,
      `once in ${odds}`,
      size(detection),
      size(majority),
      size(twoThirds),
      ratioText(detection, majority),
    ])
    const head = ['BYZANTINE', 'WRONG AT MOST', 'DETECTION', 'MAJORITY', 'TWO THIRDS', 'LESS WORK']
    return answer(flags, world, { json, lines: tableLines(head, rows, 'Nothing was asked for.') })
  },
})
