/** The ParaTime of accounts with people in it, as a program. */

import { runtimeOf } from '@wadi/paratime-sdk/runtime'
import { runProgram } from '@wadi/runtime-guest/runProgram'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import { createPayers, fundedParatime } from './fundedAccounts.ts'

// Before there is a host, which waits a second and no longer for a runtime to say who it is.
const runtime = runtimeOf(fundedParatime(createPayers()))
await runProgram((host) => serveRuntime(runtime, host))
