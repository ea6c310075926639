/** Which pages a browser may let talk to the server. */

import { PREFLIGHT_SECONDS } from '../limits.ts'
import type { Exchange, Headers } from './exchange.ts'

/** Pages by where they come from, as `https://wallet.example`; `*` is any. */
export type Origins = readonly string[]

const ALLOWED_HEADERS = ['content-type', 'x-grpc-web', 'x-user-agent', 'grpc-timeout'].join(', ')
const EXPOSED_HEADERS = ['grpc-status', 'grpc-message', 'grpc-status-details-bin'].join(', ')

/** May the page that asks? What comes from no page at all may. */
export function isAllowed(origin: string | undefined, origins: Origins): boolean {
  return origin === undefined || origins.includes('*') || origins.includes(origin)
}

/** What an answer tells a browser that asks for an allowed page. */
export function corsHeaders(origin: string | undefined): Headers {
  if (origin === undefined) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS,
    vary: 'origin',
  }
}

const NO_CONTENT = 204
const FORBIDDEN = 403

/** Answers a browser's question whether a page may call. */
export function answerPreflight(exchange: Exchange, origins: Origins): void {
  const origin = exchange.header('origin')
  if (origin === undefined || !isAllowed(origin, origins)) {
    exchange.refuse(FORBIDDEN, { vary: 'origin' })
    return
  }
  exchange.refuse(NO_CONTENT, {
    ...corsHeaders(origin),
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  })
}
