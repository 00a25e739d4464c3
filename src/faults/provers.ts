/** Who can prove which fault. Loaded when asked for: a review does not need what a proof needs. */
import type { Prover } from '../proof/prover.ts'

const provers: Record<string, () => Promise<{ default: Prover }>> = {
  'authentication/missing-authentication': () => import('./authentication/missing-authentication/prove.ts'),
  'authentication/unverified-jwt': () => import('./authentication/unverified-jwt/prove.ts'),
  'authorization/unawaited-guard': () => import('./authorization/unawaited-guard/prove.ts'),
  'authorization/unscoped-access': () => import('./authorization/unscoped-access/prove.ts'),
  'input/mass-assignment': () => import('./input/mass-assignment/prove.ts'),
  'input/raw-sql': () => import('./input/raw-sql/prove.ts'),
  'queries/n-plus-one': () => import('./queries/n-plus-one/prove.ts'),
  'queries/unbounded-list': () => import('./queries/unbounded-list/prove.ts'),
  'response/secret-field': () => import('./response/secret-field/prove.ts'),
  'schema/missing-foreign-key-index': () => import('./schema/missing-foreign-key-index/prove.ts'),
  'schema/redundant-index': () => import('./schema/redundant-index/prove.ts'),
}

/** `undefined` for a fault that nothing here can prove. */
export async function proverOf(fault: string): Promise<Prover | undefined> {
  return (await provers[fault]?.())?.default
}
