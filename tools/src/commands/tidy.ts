/** `npm run tidy`: holds the sources and the documents against the rules of the house. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, ROOT } from '../repository.ts'
import { createHouse } from '../tidy/house.ts'
import { tidy } from '../tidy/tidy.ts'

const READ = /\.(ts|mjs|md|json)$/
const paths = listFiles()
const files = new Map(
  paths.map((path) => [path, READ.test(path) ? readFileSync(join(ROOT, path), 'utf8') : '']),
)
const findings = tidy(createHouse(files), new Date().toISOString().slice(0, 10))
for (const finding of findings) console.log(finding)
console.log(`${paths.length} files, ${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
