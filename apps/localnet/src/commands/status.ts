import { resolve } from 'node:path'
import { command } from '@wadi/node-config/command'
import { connectNetwork } from '../createNetwork.ts'
import { endpointLines } from '../describeNetwork.ts'
import { networkFlags } from '../networkFlags.ts'
import { filesJson, viewJson } from '../networkJson.ts'
import { processOf } from '../runMark.ts'
import { lookAt } from '../snapshot.ts'
import { frameOf } from '../view/frame.ts'
import { answer, wantsJson } from './answer.ts'

const [DONE, NOT_RUNNING] = [0, 1]
const COLUMNS = 120

/** Says how the network of a folder is. */
export const status = command<typeof networkFlags>({
  name: 'status',
  summary: 'show how the network is',
  details: ['Ends with 0 if it runs, and with 1 if it does not.'],
  examples: ['wadi localnet status --output json'],
  options: networkFlags,
  async run({ flags }, world) {
    wantsJson(flags)
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid === undefined) {
      const json = { running: false, folder }
      answer(flags, world, { json, lines: [`no network runs in ${folder}`] })
      return NOT_RUNNING
    }
    const { files, nodes, close } = await connectNetwork(folder)
    const view = await lookAt(nodes, files.engines)
    const lines = frameOf(
      view,
      {
        title: `The network in ${folder} (process ${pid})`,
        epochBlocks: files.epochBlocks,
        interval: undefined,
        transactions: undefined,
        nowMs: Date.now(),
        endpoints: endpointLines(files),
      },
      COLUMNS,
    )
    close()
    const json = { running: true, pid, ...filesJson(files), ...viewJson(view) }
    answer(flags, world, { json, lines })
    return DONE
  },
})
