import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { USUAL_NETWORK } from '../createNetwork.ts'
import { type NetworkFiles, openNetworkFiles } from '../networkFiles.ts'
import { processOf } from '../runMark.ts'

/** The network of a folder, which is there and does not run. */
export async function stoppedNetwork(name: string): Promise<NetworkFiles> {
  const folder = resolve(name)
  const refuse = (why: string) => new UnavailableError('localnet.usage', why)
  if (!existsSync(join(folder, 'network.json')))
    throw refuse(`there is no network in ${folder}; start begins one`)
  const pid = processOf(folder)
  if (pid !== undefined)
    throw refuse(`the network in ${folder} runs (process ${pid}); stop it first, then again`)
  return await openNetworkFiles(folder, USUAL_NETWORK)
}
