/** `npm run tidy`: holds the sources and the documents against the rules of the house. */

import { readHouse } from '../readHouse.ts'
import { tidy } from '../tidy/tidy.ts'

const house = readHouse()
const findings = tidy(house, new Date().toISOString().slice(0, 10))
for (const finding of findings) console.log(finding)
console.log(`${house.files.size} files, ${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
