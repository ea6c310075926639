/** Lets everything happen that needs no time. */

const TURNS = 12

/** Promises and streams need some turns; nothing here waits for a clock. */
export async function settle(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve))
}
