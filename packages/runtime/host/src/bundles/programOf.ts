/** How a component of a bundle is started. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import type { Bundle } from '@wadi/runtime-protocol/bundle'
import { isNetworkAllowed, printComponentId, teeOf } from '@wadi/runtime-protocol/bundle/components'
import type { Component } from '@wadi/runtime-protocol/bundle/manifest'
import { unavailable } from '../errors.ts'
import type { SandboxedProgram } from '../sandbox/sandboxLauncher.ts'

/** Names the enclave that a program without one pretends to be. */
const MOCK_ENCLAVE_VARIABLE = 'OASIS_MOCK_MRENCLAVE'

/** Where the files of a bundle are, and whether enclaves are only pretended. */
export interface ProgramOptions {
  readonly folder: string
  readonly enclaves: 'none' | 'mock'
}

/** The program of a component. One that needs an enclave has none here. */
export function programOf(
  bundle: Bundle,
  component: Component,
  { folder, enclaves }: ProgramOptions,
): SandboxedProgram {
  const { elf, executable, sgx } = component
  const tee = teeOf(component)
  const name = elf?.executable ?? executable
  const isPossible = tee === 'none' || (tee === 'sgx' && enclaves === 'mock')
  if (!isPossible || name === '') {
    throw unavailable('noProgram', `${printComponentId(component)} runs in an enclave only`)
  }
  const enclave = sgx === undefined ? undefined : bundle.files.get(sgx.executable)
  assert(sgx === undefined || enclave !== undefined, 'bundle: files were checked')
  const measured = enclave && createHash('sha256').update(enclave).digest('hex')
  return {
    path: join(folder, name),
    env: measured === undefined ? {} : { [MOCK_ENCLAVE_VARIABLE]: measured },
    network: isNetworkAllowed(component) ? 'shared' : 'none',
  }
}
