import { toBase64, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { engineCalls } from '@wadi/consensus/consensus/api'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import { calls } from '@wadi/consensus/roothash/api'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'
import { command } from '@wadi/node-config/command'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { type AskedNode, withNode } from '../connection/nodeConnection.ts'
import { errors } from '../transaction/commandErrors.ts'
import { runtimeIdOf, unsignedText } from '../transaction/flagValues.ts'
import { textOf } from '../transaction/lines.ts'
import { writeNamedFile } from '../transaction/textFile.ts'
import { csvOf, describeStats } from './stats/describeStats.ts'
import { type HeightFacts, RuntimeStats } from './stats/runtimeStats.ts'

const DONE = 0
const LAST = 0n
const OPERANDS = '<runtime-id> [<start-height> [<end-height>]]'
const INVALID_RUNTIME = roothashErrors.invalidRuntime()

interface Asked {
  readonly runtimeId: Namespace
  /** Zero stands for the first one that is here, and for the last one. */
  readonly from: bigint
  readonly to: bigint
}

function askedBy(operands: readonly string[]): Asked {
  const [id, from = '0', to = '0', ...rest] = operands
  if (id === undefined || rest.length > 0)
    throw errors.missingValue(`runtime-stats takes ${OPERANDS}; give them`)
  return {
    runtimeId: runtimeIdOf('the runtime', id),
    from: unsignedText('the first height', from),
    to: unsignedText('the height after the last', to),
  }
}

/** The heights that are looked at; the last one is not. */
async function heightsOf(node: AskedNode, { from, to }: Asked): Promise<[bigint, bigint]> {
  const status = from === LAST && (await node.ask(engineCalls, 'Consensus/GetStatus'))
  const block = to === LAST && (await node.ask(engineCalls, 'Consensus/GetBlock', LAST))
  return [status ? status.lastRetainedHeight : from, block ? block.height : to]
}

function isInvalidRuntime(error: unknown): boolean {
  const { module, code } = INVALID_RUNTIME
  return error instanceof CodedError && error.module === module && error.code === code
}

/** What is known from the heights before. */
interface Before extends Pick<HeightFacts, 'entityOf'> {
  readonly lastRound: bigint
}

/** What there is of the runtime at a height; nothing where it is not known yet. */
async function factsAt(
  node: AskedNode,
  query: { readonly runtimeId: Namespace; readonly height: bigint },
  { lastRound, entityOf }: Before,
): Promise<HeightFacts | undefined> {
  try {
    const { header } = await node.ask(calls, 'RootHash/GetLatestBlock', query)
    const all = await node.ask(calls, 'RootHash/GetEvents', query.height)
    const own = toHex(query.runtimeId)
    const events = all.filter(({ runtimeId }) => toHex(runtimeId) === own)
    const isOver = events.some(({ finalized }) => finalized !== undefined)
    const results = isOver && (await node.ask(calls, 'RootHash/GetLastRoundResults', query))
    const isNew = header.round !== lastRound
    const state = isNew && (await node.ask(calls, 'RootHash/GetRuntimeState', query))
    return {
      ...{ header, events, entityOf },
      results: results || undefined,
      state: state || undefined,
    }
  } catch (error) {
    if (isInvalidRuntime(error)) return undefined
    throw error
  }
}

/** `control runtime-stats`: printed, and left in a file of the working folder. */
export const runtimeStats = command({
  name: 'runtime-stats',
  summary: 'show how the nodes of a runtime have worked',
  details: [
    'The runtime is named by 64 hexadecimal digits; blocks are looked at from the first height to before',
    'the second, or all that the node has.',
  ],
  examples: [
    'wadi-node control runtime-stats 000000000000000000000000000000000000000000000000e199119c992377cb 100 200',
  ],
  operands: OPERANDS,
  options: connectionFlags,
  run({ flags, operands }, world) {
    const asked = askedBy(operands)
    const { runtimeId } = asked
    return withNode(flags, world, async (node) => {
      const [from, to] = await heightsOf(node, asked)
      const stats = new RuntimeStats()
      const entities = new Map<string, PublicKey>()
      for (let height = from; height < to; height++) {
        for (const { id, entityId } of await node.ask(registryCalls, 'Registry/GetNodes', height))
          entities.set(toBase64(id), entityId)
        const entityOf = (id: PublicKey) => entities.get(toBase64(id))
        const facts = await factsAt(
          node,
          { runtimeId, height },
          { lastRound: stats.round, entityOf },
        )
        if (facts !== undefined) stats.add(facts)
      }
      world.out.write(textOf(describeStats(stats)))
      writeNamedFile(`runtime-${toHex(runtimeId)}-${from}-${to}-stats.csv`, csvOf(stats))
      return DONE
    })
  },
})
