import { toHex } from '@wadi/base/bytes'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { loadParatime } from '@wadi/localnet/paratime-folder'
import { onStopSignals } from '@wadi/node/stop-signals'
import { createNodeClient } from '@wadi/sdk/node-client'
import { DONE } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { errors } from '../../errors.ts'
import { COMPUTE_NODES_MAX } from '../../limits.ts'
import { wayTo } from '../../network/chooseNode.ts'
import { openWay } from '../../network/way.ts'
import { COMPUTE_NODES, type ParatimeNetwork, runParatime } from '../../scaffold/runParatime.ts'

const ROOT_DIGITS = 12
const ID_DIGITS = 8
const MS_PER_SECOND = 1_000

/** `wadi paratime run`. */
export const run = wadiCommand({
  name: 'run',
  summary: 'run a ParaTime of your own on a network of its own, until it is stopped',
  details: [
    '<folder> is one that "wadi paratime new" made. The ParaTime is registered in the first block;',
    'its rounds begin when its nodes have been elected, some seconds later. Nothing is kept.',
    'With "keyManager": true in paratime.json it has a key manager, and begins later.',
  ],
  examples: ['wadi paratime run my-notes'],
  operands: '<folder>',
  asks: 'nobody',
  options: {
    'compute-nodes': {
      kind: 'integer',
      doc: 'how many nodes execute its rounds',
      fallback: BigInt(COMPUTE_NODES),
      word: 'count',
    },
  },
  async run({ flags, operands }, world) {
    const [folder] = operandsOf(operands, 'folder')
    const count = flags['compute-nodes']
    if (count < 1n || count > BigInt(COMPUTE_NODES_MAX))
      throw errors.badValue(`--compute-nodes is ${count}; give 1 to ${COMPUTE_NODES_MAX}`)
    const paratime = await loadParatime(folder)
    const begunMs = performance.now()
    const network = await runParatime(paratime, Number(count))
    const way = openWay(wayTo(network.target, 'the network'), world)
    const stopped = new Promise<void>((resolve) =>
      onStopSignals({ stop: () => resolve(), force: () => process.exit(1) }),
    )
    const say = (text: string) => world.out.write(`${text}\n`)
    const watch = async () => {
      const client = createNodeClient(way)
      let isFirst = true
      for await (const { block, consensusHeight } of client.runtimeClient.watchBlocks(
        paratime.id,
      )) {
        const { round, headerType, stateRoot } = block.header
        if (headerType !== HEADER_TYPES.normal || round === 0n) continue
        if (isFirst) say(startText(paratime, network, performance.now() - begunMs))
        isFirst = false
        const state = toHex(stateRoot).slice(0, ROOT_DIGITS)
        say(`round ${round}, block ${consensusHeight}, state ${state}…`)
      }
    }
    try {
      const failure = await Promise.race([stopped, network.failed, watch()])
      if (failure !== undefined) throw failure
      return DONE
    } finally {
      way.close()
      await network.stop()
    }
  },
})

function startText(
  { name, id }: KnownParatime,
  { target, keyFile }: ParatimeNetwork,
  tookMs: number,
): string {
  const which = toHex(id).slice(-ID_DIGITS)
  const seconds = (tookMs / MS_PER_SECOND).toFixed(1)
  return [
    `${name} makes rounds, ${seconds} s after its start. In another terminal:`,
    `  export WADI_NODE=${target}`,
    `  wadi paratime deposit ${which} 10 --key-file ${keyFile}`,
    `  wadi round ${which}`,
    '',
  ].join('\n')
}
