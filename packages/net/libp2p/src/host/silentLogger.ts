/** The library's own log, which nobody reads: what matters is told as events. */

import type { ComponentLogger, Logger } from '@libp2p/interface'

const nothing = (): void => undefined

function createLogger(): Logger {
  return Object.assign(nothing.bind(undefined), {
    enabled: false,
    error: nothing,
    trace: nothing,
    newScope: createLogger,
  }) as Logger
}

export const silentLogger: ComponentLogger = { forComponent: createLogger }
