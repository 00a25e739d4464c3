/** How an app is started so that it is captured. */
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The compiled preload, absolute. It needs `npm run build` when this runs from the sources. */
export function capturePreload(): string {
  const here = import.meta.dirname.split(sep)
  // The last `src` is the house itself: a checkout may lie below another folder of that name.
  const house = here.lastIndexOf('src')
  if (house >= 0 && here.slice(house).join('/') === 'src/runtime/capture') here[house] = 'dist'
  return join(here.join(sep), 'preload.js')
}

/**
 * The environment that captures an app: `next dev`, `next build`, `next start`, `vitest` and what they start.
 *
 * @param folder gets the records; it must exist
 * @param options what NODE_OPTIONS holds already
 */
export function captureEnv(folder: string, options = ''): Record<string, string> {
  const preload = `--import=${pathToFileURL(capturePreload()).href}`
  return {
    NODE_OPTIONS: [options, preload].filter((one) => one !== '').join(' '),
    BACKEND_ENGINEER_CAPTURE: folder,
  }
}
