import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { finishChange } from '../changeNetwork.ts'
import { USUAL_NETWORK } from '../createNetwork.ts'
import { holdFolder, processOf } from '../folderHold.ts'
import { type NetworkFiles, openNetworkFiles } from '../networkFiles.ts'
import { PLAN_NAME } from '../networkPlaces.ts'

/** Does something with the network of a folder, which is there and does not run meanwhile. */
export async function withStoppedNetwork<A>(
  name: string,
  use: (files: NetworkFiles) => A | Promise<A>,
): Promise<A> {
  const folder = resolve(name)
  const refuse = (why: string) => new UnavailableError('localnet.state', why)
  if (!existsSync(join(folder, PLAN_NAME)))
    throw refuse(`there is no network in ${folder}; start begins one`)
  const pid = processOf(folder)
  if (pid !== undefined)
    throw refuse(`the network in ${folder} runs (process ${pid}); stop it first, then again`)
  const lock = holdFolder(folder)
  try {
    finishChange(folder)
    return await use(await openNetworkFiles(folder, USUAL_NETWORK))
  } finally {
    lock.release()
  }
}
