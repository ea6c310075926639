/** The ParaTime of accounts as a program, for any host. */

import { accountsRuntime } from '@wadi/paratime-accounts/runtime'
import { runProgram } from '../runProgram.ts'
import { serveRuntime } from '../serveRuntime.ts'

await runProgram((host) => serveRuntime(accountsRuntime, host))
