export interface Wire {
  port: number
  /** The statements since the last call, in the order in which they were sent. */
  take(): string[]
  close(): Promise<void>
}

export function openWire(target: { host: string; port: number }): Promise<Wire>
