/** What was asked on the command line. */

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BLOCKS_FILE, type Recording } from './recording.ts'

/** How the program is used. */
export const USAGE = `usage: npm run -s replay -- <chain folder> [options]
  <chain folder>    has genesis.json and ${BLOCKS_FILE}
  --from <height>   take the blocks before from the recording
  --to <height>     stop after this block
  --keep-going      go on behind a block that differs, with the recorded state
  --bench           tell how fast, from a cold start and then warm; invariants are skipped
exit code: 0 all blocks are identical, 1 one differs, 2 the command is wrong, 3 the recording
cannot be read, 4 the rules stopped in a block
`

/** How a chain is to be replayed. */
export interface Asked {
  readonly from?: bigint
  readonly to?: bigint
  readonly keepGoing: boolean
  readonly bench: boolean
}

/** A command: the folder as it was named and where it is, and what to do. */
export interface Command {
  readonly name: string
  readonly folder: string
  readonly asked: Asked
}

/** npm runs scripts in the repository; a path means what it meant where npm was called. */
function findChain(name: string): string | undefined {
  const places = [process.env['INIT_CWD'] ?? '.', '.'].map((place) => resolve(place, name))
  return places.find((place) => existsSync(join(place, BLOCKS_FILE))) ?? places.find(existsSync)
}

/** Understands a command line, or says what is wrong with it. */
export function parseCommand(args: readonly string[]): Command | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        'keep-going': { type: 'boolean', default: false },
        bench: { type: 'boolean', default: false },
      },
    })
    const [name, ...rest] = positionals
    if (name === undefined) return 'which chain? The folder of a recorded one is wanted'
    if (rest.length > 0) return `one chain at a time: ${name} and also ${rest.join(' ')} were named`
    const folder = findChain(name)
    if (folder === undefined) return `there is no folder ${name}`
    if (!statSync(folder).isDirectory()) return `${name} is a file: name the folder that it is in`
    const { from, to, 'keep-going': keepGoing, bench } = values
    for (const [option, height] of Object.entries({ from, to }))
      if (height !== undefined && !/^\d+$/.test(height))
        return `--${option} ${height}: that is no height`
    const range = { ...(from && { from: BigInt(from) }), ...(to && { to: BigInt(to) }) }
    return { name, folder, asked: { ...range, keepGoing, bench } }
  } catch (error) {
    // What parseArgs does not understand it says in words.
    if (error instanceof TypeError) return error.message.split('. To specify')[0]!
    throw error
  }
}

/** What is wrong with the heights that were asked for; undefined if nothing is. */
export function checkRange({ from, to }: Asked, { document, last }: Recording): string | undefined {
  if (from !== undefined && to !== undefined && from > to)
    return `--from ${from} is behind --to ${to}: there is no block between them`
  const first = document.height
  const extent = `the chain has the blocks ${first} to ${last}`
  for (const [option, height] of Object.entries({ from, to })) {
    if (height !== undefined && last !== undefined && height > last)
      return `--${option} ${height} is behind the end: ${extent}`
    if (height !== undefined && height < first)
      return `--${option} ${height} is before the beginning: ${extent}`
  }
  return undefined
}
