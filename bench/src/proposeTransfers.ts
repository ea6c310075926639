/** A process of its own: writes as many blocks of transfers as it is told to standard output. */

import { writeFileSync } from 'node:fs'
import { serialize } from 'node:v8'
import { proposeBlocks } from './transferChain.ts'

const STANDARD_OUTPUT = 1

writeFileSync(STANDARD_OUTPUT, serialize(proposeBlocks(Number(process.argv[2]))))
