import type { Network } from '../network/network.ts'

/** What finding peers needs of the network. */
export type PexNetwork = Pick<
  Network,
  'counts' | 'dial' | 'disconnect' | 'isDialingOrConnected' | 'isPersistent' | 'peer' | 'peers'
> & { readonly admission: { readonly outboundPeersMax: number } }
