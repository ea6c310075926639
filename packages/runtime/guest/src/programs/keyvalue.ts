/** The test runtime as a program, for any host. */

import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { runProgram } from '../runProgram.ts'
import { serveRuntime } from '../serveRuntime.ts'

await runProgram((host) => serveRuntime(keyvalueRuntime, host))
