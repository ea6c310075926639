import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { command } from '@wadi/node-config/command'
import { networkFlags } from '../networkFlags.ts'
import { processOf } from '../runMark.ts'
import { answer, wantsJson } from './answer.ts'

const [DONE, FAILED] = [0, 1]
const LOOK_MS = 50
const STOP_MS_MAX = 10_000

/** Ends the network of a folder, wherever it was started. */
export const stop = command<typeof networkFlags>({
  name: 'stop',
  summary: 'end the network that runs',
  details: ['It goes on where it was with the next start.'],
  examples: ['wadi localnet stop'],
  options: networkFlags,
  async run({ flags }, world) {
    wantsJson(flags)
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid === undefined) {
      const json = { stopped: false, folder }
      answer(flags, world, { json, lines: [`no network runs in ${folder}`] })
      return DONE
    }
    process.kill(pid, 'SIGTERM')
    for (let waited = 0; processOf(folder) !== undefined; waited += LOOK_MS) {
      if (waited > STOP_MS_MAX) {
        world.err.write(`the process ${pid} does not end; kill -9 ${pid} loses nothing\n`)
        return FAILED
      }
      await wait(LOOK_MS)
    }
    const json = { stopped: true, folder }
    answer(flags, world, { json, lines: [`the network in ${folder} has ended`] })
    return DONE
  },
})
