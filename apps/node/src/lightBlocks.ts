/** Nodes that are asked for light blocks, when the state of others is taken. */

import { equalBytes, parseBase64 } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import type { NodeWorld } from '@wadi/compose/create-node'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import { Channel } from '@wadi/grpc/channel'
import type { ChannelTls } from '@wadi/grpc/channel-options'
import { checkPeerCertificate } from '@wadi/node-crypto/tls/certificate'
import { decode, encode } from '@wadi/protobuf/codec'
import { createNodeClient } from '@wadi/sdk/node-client'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { badSetting } from './nodeOptions.ts'

/** A provider and how it is let go. */
export interface OpenProvider extends LightBlockProvider {
  close(): void
}

/** A node answers soon, or is taken for one that does not. */
const ANSWER = { timeoutMs: 10_000 } as const
/** A certificate that the machine's authorities signed. */
const USUAL_TLS: ChannelTls = {}

interface Way {
  readonly target: string
  readonly tls?: ChannelTls
}

/** How one speaks with a provider: `unix:/path`, `host:port`, or with its key before that. */
function wayTo(provider: string, world: NodeWorld): Way {
  if (provider.startsWith('unix:')) return { target: provider }
  const [key, place] = provider.includes('@') ? provider.split('@', 2) : [undefined, provider]
  if (key === undefined || place === undefined) return { target: provider, tls: USUAL_TLS }
  const known = parseBase64(key)
  const verify = (certificate: Uint8Array) => {
    if (!equalBytes(checkPeerCertificate(certificate, world.clock.unixMs()), known))
      throw badSetting('consensus.providers', `${place} has another key; correct it`)
  }
  return { target: place, tls: { verify } }
}

/** What a question gives, or nothing if nobody could answer it. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isTold(error)) return undefined
    throw error
  }
}

/** The way to a node of the configuration. */
export function channelTo(provider: string, world: NodeWorld): Channel {
  const { clock, timers, calls } = world
  const observer = calls && { observer: calls }
  return new Channel({ ...wayTo(provider, world), clock, timers, ...observer })
}

/** A node of the configuration as a provider. */
export function lightBlockProvider(provider: string, world: NodeWorld): OpenProvider {
  const log = world.logger('light')
  const channel = channelTo(provider, world)
  const { consensus } = createNodeClient(channel)
  const fetchOne = async (height: bigint): Promise<LightAnswer> => {
    const found = await orNothing(
      consensus.getLightBlock(height, ANSWER).then(({ meta }) => decode(LightBlock, meta)),
    )
    if (found !== undefined) return { kind: 'found', block: found }
    const latest = await orNothing(consensus.getLatestHeight(undefined, ANSWER))
    return { kind: latest !== undefined && height > latest ? 'too-high' : 'missing' }
  }
  const paramsAt = async (height: bigint) => {
    const { meta } = await consensus.getParameters(height, ANSWER)
    return decode(ConsensusParams, meta)
  }
  return {
    name: provider,
    fetchLightBlock: (height, answer) => void fetchOne(height).then(answer),
    fetchParams: (height, answer) => void orNothing(paramsAt(height)).then(answer),
    reportEvidence(value) {
      const meta = encode(Evidence, { kind: 'light-client-attack', body: value })
      void orNothing(consensus.submitEvidence({ meta }, ANSWER))
    },
    reportBad: (why) => log.warn('a provider gave what is not of the chain', { provider, why }),
    close: () => channel.close(),
  }
}
