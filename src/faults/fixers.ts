/** Who can repair which fault. Loaded when asked for. */
import type { Fixer } from '../proof/fixer.ts'

const fixers: Record<string, () => Promise<{ default: Fixer }>> = {
  'api/unawaited-request-api': () => import('./api/unawaited-request-api/fix.ts'),
  'api/unawaited-write': () => import('./api/unawaited-write/fix.ts'),
  'authentication/missing-authentication': () => import('./authentication/missing-authentication/fix.ts'),
  'authentication/unverified-jwt': () => import('./authentication/unverified-jwt/fix.ts'),
  'authorization/unawaited-guard': () => import('./authorization/unawaited-guard/fix.ts'),
  'authorization/unscoped-access': () => import('./authorization/unscoped-access/fix.ts'),
  'input/mass-assignment': () => import('./input/mass-assignment/fix.ts'),
  'input/raw-sql': () => import('./input/raw-sql/fix.ts'),
  'queries/n-plus-one': () => import('./queries/n-plus-one/fix.ts'),
  'queries/unbounded-list': () => import('./queries/unbounded-list/fix.ts'),
  'response/secret-field': () => import('./response/secret-field/fix.ts'),
  'schema/missing-foreign-key-index': () => import('./schema/missing-foreign-key-index/fix.ts'),
  'schema/redundant-index': () => import('./schema/redundant-index/fix.ts'),
}

/** Faults that are repaired without a person. */
export const repairable: readonly string[] = Object.keys(fixers)

/** `undefined` for a fault whose repair is not mechanical. */
export async function fixerOf(fault: string): Promise<Fixer | undefined> {
  return (await fixers[fault]?.())?.default
}
