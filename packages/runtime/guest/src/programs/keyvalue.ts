/** The test runtime as a program, for any host. */

import { isTold } from '@wadi/base/errors'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { connectHost, HOST_VARIABLE } from '../connectHost.ts'
import { serveRuntime } from '../serveRuntime.ts'

const path = process.env[HOST_VARIABLE]
if (path === undefined || path === '') {
  process.stderr.write(`A node starts this program. It names its socket in ${HOST_VARIABLE}.\n`)
  process.exitCode = 2
} else {
  try {
    await serveRuntime(keyvalueRuntime, await connectHost(path))
  } catch (error) {
    if (!isTold(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
