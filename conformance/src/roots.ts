/**
 * `npm run -s roots -- <chain folder>`: applies the recorded changes of a chain and compares every
 * root. Ends with `<n> roots, <n> identical`; the exit code is 1 if any differs.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { memoryTrees } from './memoryTree.ts'
import { type ComparedRoot, chainRoots } from './recordedRoots.ts'

const EXIT_DIFFERENT = 1
const EXIT_USAGE = 2
const DIFFERENCES_SHOWN = 20

function describe({ what, recorded, ours }: ComparedRoot): string {
  return `${what} differs\n  recorded  ${recorded}\n  ours      ${ours}\n`
}

function main(folder: string | undefined): number {
  if (folder === undefined || !existsSync(join(folder, 'blocks.ndjson.gz'))) {
    const problem =
      folder === undefined ? 'which chain?' : `there is no blocks.ndjson.gz in ${folder}`
    process.stderr.write(`roots: ${problem}\nusage: npm run -s roots -- <chain folder>\n`)
    return EXIT_USAGE
  }
  let count = 0
  let identical = 0
  for (const compared of chainRoots(folder, memoryTrees())) {
    count++
    if (compared.recorded.toLowerCase() === compared.ours) identical++
    else if (count - identical <= DIFFERENCES_SHOWN) process.stdout.write(describe(compared))
  }
  process.stdout.write(`${count} roots, ${identical} identical\n`)
  return identical === count ? 0 : EXIT_DIFFERENT
}

process.exitCode = main(process.argv[2])
