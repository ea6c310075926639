import { UnavailableError } from '@wadi/base/errors'
import type { Flags } from '@wadi/node-config/command'
import { networkFlags } from '../networkFlags.ts'
import { rewindNetwork } from '../rewindNetwork.ts'
import { answer, networkCommand } from './answer.ts'
import { withStoppedNetwork } from './stoppedNetwork.ts'

const rewindFlags = {
  ...networkFlags,
  height: {
    kind: 'integer',
    doc: 'the number of the last block that stays (has to be given)',
    fallback: 0n,
    word: 'number',
  },
} as const satisfies Flags

const DONE = 0
const TELL_BLOCKS = 1_000n

/** Takes the network back to a height. */
export const rewind = networkCommand<typeof rewindFlags>({
  name: 'rewind',
  summary: 'take the network back to a block, while it does not run',
  details: [
    'What came after that block is forgotten by all nodes, and made anew from there with the next start.',
    'All blocks up to it are run again, which takes as long as they take, and the states of ParaTimes go',
    'back to the last round before it. Keep a snapshot first.',
  ],
  examples: ['wadi localnet rewind --height 100'],
  options: rewindFlags,
  async run({ flags, given }, world) {
    const { folder, height } = flags
    if (!given.has('height'))
      throw new UnavailableError('usage.localnet', '--height is missing: the last block that stays')
    const tell = (done: bigint) => {
      if (done % TELL_BLOCKS === 0n) world.err.write(`${done} of ${height} blocks\n`)
    }
    await withStoppedNetwork(folder, (files) => rewindNetwork(files, height, tell))
    const line = `the network is at block ${height}; it goes on from there with the next start`
    answer(flags, world, { json: { height }, lines: [line] })
    return DONE
  },
})
