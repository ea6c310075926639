import { resolve } from 'node:path'
import { connectNetwork } from '../createNetwork.ts'
import { endpointLines } from '../describeNetwork.ts'
import { processOf, runningNodes, sayNodes } from '../folderHold.ts'
import { networkFlags } from '../networkFlags.ts'
import { filesJson, leftJson, viewJson } from '../networkJson.ts'
import { lookAt } from '../snapshot.ts'
import { frameOf } from '../view/frame.ts'
import { answer, networkCommand } from './answer.ts'

const [DONE, NOT_RUNNING] = [0, 1]
const COLUMNS = 120

/** Says how the network of a folder is. */
export const status = networkCommand<typeof networkFlags>({
  name: 'status',
  summary: 'show how the network is',
  details: ['Ends with 0 if it runs, and with 1 if it does not.'],
  examples: ['wadi localnet status --output json'],
  options: networkFlags,
  async run({ flags }, world) {
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid === undefined) {
      const left = runningNodes(folder)
      const json = { running: false, folder, ...(left.length > 0 && { left: left.map(leftJson) }) }
      const lines =
        left.length > 0 ? [`these nodes of one do: ${sayNodes(left)}; stop ends them`] : []
      answer(flags, world, { json, lines: [`no network runs in ${folder}`, ...lines] })
      return NOT_RUNNING
    }
    const { files, nodes, close } = await connectNetwork(folder)
    const view = await lookAt(nodes, { silent: files.engines, paratimes: files.paratimes })
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
