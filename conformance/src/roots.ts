/**
 * `npm run -s roots -- <chain folder>`: applies the recorded changes of a chain and compares every
 * root. Ends with `<n> roots, <n> identical`; the exit code is 1 if any differs, if a recording is
 * damaged, or if there was nothing to compare.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { memoryTrees } from './memoryTree.ts'
import { type ComparedRoot, chainRoots } from './recordedRoots.ts'

const EXIT_BAD = 1
const EXIT_USAGE = 2
const DIFFERENCES_SHOWN = 20
const BLOCKS = 'blocks.ndjson.gz'

function describe({ what, recorded, ours }: ComparedRoot): string {
  return `${what} differs\n  recorded  ${recorded}\n  ours      ${ours}\n`
}

/** npm runs scripts in the repository; a path means what it meant where npm was called. */
function findChain(folder: string): string | undefined {
  const places = [process.env['INIT_CWD'] ?? '.', '.'].map((place) => resolve(place, folder))
  return places.find((place) => existsSync(join(place, BLOCKS)))
}

/** Compares all roots and says the last line; whether that was good. */
function compareRoots(folder: string): boolean {
  let count = 0
  let identical = 0
  let isWhole = true
  try {
    for (const compared of chainRoots(folder, memoryTrees())) {
      count++
      if (compared.recorded.toLowerCase() === compared.ours) identical++
      else if (count - identical <= DIFFERENCES_SHOWN) process.stdout.write(describe(compared))
    }
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    isWhole = false
    process.stderr.write(`roots: ${error.message}\n`)
  }
  process.stdout.write(`${count} roots, ${identical} identical\n`)
  return isWhole && count > 0 && identical === count
}

function main(asked: string | undefined): number {
  const folder = asked === undefined ? undefined : findChain(asked)
  if (folder !== undefined) return compareRoots(folder) ? 0 : EXIT_BAD
  const problem = asked === undefined ? 'which chain?' : `there is no ${BLOCKS} in ${asked}`
  process.stderr.write(`roots: ${problem}\nusage: npm run -s roots -- <chain folder>\n`)
  return EXIT_USAGE
}

process.exitCode = main(process.argv[2])
