import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { processOf, runningNodes, sayNodes } from '../folderHold.ts'
import { networkFlags } from '../networkFlags.ts'
import { leftJson } from '../networkJson.ts'
import { answer, networkCommand } from './answer.ts'

const [DONE, FAILED] = [0, 1]
const LOOK_MS = 50
const STOP_MS_MAX = 10_000

async function untilEnded(hasEnded: () => boolean): Promise<boolean> {
  for (let waited = 0; !hasEnded(); waited += LOOK_MS) {
    if (waited > STOP_MS_MAX) return false
    await wait(LOOK_MS)
  }
  return true
}

/** One that has ended meanwhile is as good. */
function ask(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!isGone) throw error
  }
}

/** Ends the network of a folder, wherever it was started. */
export const stop = networkCommand<typeof networkFlags>({
  name: 'stop',
  summary: 'end the network that runs',
  details: [
    'It goes on where it was with the next start. Nodes in the folder that something else runs, or that',
    'a killed process has left, are ended too.',
  ],
  examples: ['wadi localnet stop'],
  options: networkFlags,
  async run({ flags }, world) {
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid !== undefined) {
      ask(pid)
      if (!(await untilEnded(() => processOf(folder) === undefined))) {
        world.err.write(`the process ${pid} does not end; kill -9 ${pid} loses nothing\n`)
        return FAILED
      }
    }
    const left = runningNodes(folder)
    for (const node of left) if (node.pid !== undefined && node.pid !== process.pid) ask(node.pid)
    if (left.length > 0 && !(await untilEnded(() => runningNodes(folder).length === 0))) {
      const nodes = sayNodes(runningNodes(folder))
      world.err.write(`these do not end: ${nodes}; kill -9 <process> loses nothing\n`)
      return FAILED
    }
    const json = {
      stopped: pid !== undefined || left.length > 0,
      folder,
      ...(left.length > 0 && { left: left.map(leftJson) }),
    }
    const lines = [
      ...(pid === undefined ? [] : [`the network in ${folder} has ended`]),
      ...(left.length === 0 ? [] : [`nodes that were left have ended: ${sayNodes(left)}`]),
    ]
    const nothing = `no network runs in ${folder}`
    answer(flags, world, { json, lines: lines.length > 0 ? lines : [nothing] })
    return DONE
  },
})
