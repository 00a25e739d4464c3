export interface Person {
  identifier: string
  password: string
}

/** The legitimate caller did not succeed. */
export class Inconclusive extends Error {}
/** The endpoints have nothing that the attack could be about. */
export class NotApplicable extends Error {}
