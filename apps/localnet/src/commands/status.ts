import { resolve } from 'node:path'
import { command } from '@wadi/node-config/command'
import { connectNetwork } from '../createNetwork.ts'
import { endpointLines } from '../describeNetwork.ts'
import { networkFlags } from '../networkFlags.ts'
import { processOf } from '../runMark.ts'
import { lookAt } from '../snapshot.ts'
import { frameOf } from '../view/frame.ts'

const [DONE, NOT_RUNNING] = [0, 1]
const COLUMNS = 120

/** Says how the network of a folder is. */
export const status = command<typeof networkFlags>({
  name: 'status',
  summary: 'say how the network is',
  options: networkFlags,
  async run({ flags }, { out }) {
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid === undefined) {
      out.write(`no network runs in ${folder}\n`)
      return NOT_RUNNING
    }
    const { files, nodes, close } = await connectNetwork(folder)
    const lines = frameOf(
      await lookAt(nodes),
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
    out.write(`${lines.join('\n')}\n`)
    return DONE
  },
})
