/** Where an engine finds the application, in CometBFT's words: the `proxy_app` of its file. */

import { errors } from './errors.ts'

/** A place to listen at. */
export type ServerAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

const TCP = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([^:[\]/]+)):(\d{1,5})$/
const UNIX = /^unix:\/\/(.+)$/
const PORT_MAX = 65_535

/** Reads `tcp://host:port` or `unix://path`. */
export function parseServerAddress(text: string): ServerAddress {
  const [, path] = UNIX.exec(text) ?? []
  if (path !== undefined) return { kind: 'unix', path }
  const [, v6, host = v6, digits] = TCP.exec(text) ?? []
  const port = Number(digits)
  if (host === undefined || !(port <= PORT_MAX)) throw errors.address(text)
  return { kind: 'tcp', host, port }
}
