/** What a CometBFT process needs of us: its folder, and the application that it drives. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AbciServer } from '@wadi/abci/server'
import type { Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import {
  type CometOptions,
  type CometSettings,
  cometFiles,
  cometTimeouts,
} from '@wadi/compose/comet-files'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { OasisApplication } from '@wadi/compose/oasis-application'
import { processClock } from '@wadi/compose/process-world'
import { openUpgrader } from '@wadi/compose/upgrade-file'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'

const PRIVATE_MODE = 0o600
const PRIVATE_FOLDER_MODE = 0o700

function keyIn(dataDir: string, name: string) {
  return requireKeyFile(join(dataDir, `${name}.pem`))
}

/** What the folder is made of beside the keys. */
export interface EngineFolder
  extends Pick<CometOptions, 'proxyApp' | 'p2pAddress' | 'rpcAddress' | 'peers'> {
  readonly document: GenesisDocument
  /** Where `consensus.pem` and `p2p.pem` are. */
  readonly dataDir: string
  readonly home: string
  readonly settings?: readonly CometSettings[]
}

/** Writes the folder of a CometBFT process; what it has signed already stays known. */
export function writeEngineFolder(folder: EngineFolder): void {
  const { document, dataDir, home, settings = [], ...places } = folder
  const files = cometFiles({
    ...places,
    genesis: genesisOf(document, chainTermsOf(document)),
    consensusSeed: keyIn(dataDir, 'consensus').seed,
    p2pSeed: keyIn(dataDir, 'p2p').seed,
    settings: [cometTimeouts(document), ...settings],
  })
  for (const { path, text, isOnce } of files) {
    const whole = join(home, path)
    mkdirSync(dirname(whole), { recursive: true, mode: PRIVATE_FOLDER_MODE })
    if (!isOnce || !existsSync(whole)) writeFileSync(whole, text, { mode: PRIVATE_MODE })
  }
}

/** What the application runs with. */
export interface EngineApplicationOptions {
  readonly document: GenesisDocument
  /** Where `consensus.pem` is; the state is kept there, too. */
  readonly dataDir: string
  /** `unix://<path>` or `tcp://<host>:<port>`. */
  readonly address: string
  readonly logger: (module: string) => Logger
  /** It cannot go on; told once. */
  readonly onFailure: (error: unknown) => void
}

/** An application that waits for an engine, or is driven by one. */
export interface EngineApplication {
  /** Of the last block when it was opened. */
  readonly height: bigint
  close(): Promise<void>
}

/** Opens the application, and listens. */
export async function openEngineApplication(
  options: EngineApplicationOptions,
): Promise<EngineApplication> {
  const { document, dataDir, address, logger, onFailure } = options
  const application = new OasisApplication({
    document,
    folder: dataDir,
    signer: createMemorySigner('consensus', keyIn(dataDir, 'consensus').seed),
    upgrader: openUpgrader(nodeFiles, dataDir, logger('application')),
    timers: nodeTimers,
    logger: logger('application'),
  })
  try {
    const server = await AbciServer.listen({
      address,
      application,
      clock: processClock,
      logger: logger('abci'),
      metrics: new MetricsRegistry(),
      onFailure,
    })
    const close = async () => {
      await server.close()
      application.close()
    }
    return { height: application.info().height, close }
  } catch (error) {
    application.close()
    throw error
  }
}
