import { AGAIN } from './flow/forms.ts'

/** How often a place in a loop runs, in words. `loop`: as in `Moment.loop`. */
export const perRound = (loop: string): string =>
  loop.startsWith(AGAIN) ? `once per round of \`${loop}\`` : `once per element of ${loop}`
