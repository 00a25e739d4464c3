import type { ListedTool } from './tools.ts'

/**
 * The tools, for `tools/list`. The bundled server has the list itself in place of this module (scripts/bundle.mjs): it
 * answers without having read a single operation.
 */
export async function toolList(): Promise<ListedTool[]> {
  const [{ operations }, { listTools }] = await Promise.all([
    import('../operations/index.ts'),
    import('./tools.ts'),
  ])
  return listTools(operations)
}
