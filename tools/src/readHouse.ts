/** The house as it lies in the working tree. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, ROOT } from './repository.ts'
import { createHouse, type House } from './tidy/house.ts'

const READ = /\.(ts|mjs|md|json)$|^\.ci\/run$/

export function readHouse(): House {
  const files = listFiles().map((path) => {
    const text = READ.test(path) ? readFileSync(join(ROOT, path), 'utf8') : ''
    return [path, text] as const
  })
  return createHouse(new Map(files))
}
