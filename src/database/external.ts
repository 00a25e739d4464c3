import { UserError } from '../core/error.ts'
import type { DatabaseServer } from './server.ts'
export async function openExternal(_url: string, _signal?: AbortSignal): Promise<DatabaseServer> {
  throw new UserError('--database-url is not there yet.', 'Leave it out.')
}
