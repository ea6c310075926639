/** Where a server is, in the reference's words. */

import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('grpc target', {
  target: 'not unix:/path or host:port',
})

export type Target =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

const UNIX = /^unix:(?:\/\/(?=\/))?(.+)$/
const TCP = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+)):(\d{1,5})$/
const PORT_MAX = 65_535

/** Reads `unix:/path`, `unix:path`, `unix:///path` or `host:port`. */
export function parseTarget(text: string): Target {
  const [, path] = UNIX.exec(text) ?? []
  if (path !== undefined) return { kind: 'unix', path }
  const [, v6, host = v6, digits] = TCP.exec(text) ?? []
  const port = Number(digits)
  if (host === undefined || !(port <= PORT_MAX)) throw errors.target(text)
  return { kind: 'tcp', host, port }
}
