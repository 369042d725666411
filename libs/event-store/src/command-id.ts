import { hash, randomUUID } from 'node:crypto';
import type { CommandId } from '#libs/kernel';

export const newCommandId = (): CommandId => `cmd_${randomUUID().replaceAll('-', '')}` as CommandId;

/** The id of a command that follows from something else: an idempotency key's attempt, or another command's step. */
export const commandIdFrom = (...parts: ReadonlyArray<string>): CommandId =>
  `cmd_${hash('sha256', parts.join('\n'), 'hex').slice(0, 32)}` as CommandId;
