import { timestampOf } from '#libs/kernel';
import { commandIdFrom } from './command-id.js';
import type { CommandContext } from './metadata.js';

/**
 * For what the engine does by itself because of what the log says. `because` names it: the same cause is the same command,
 * so whatever does it twice does it once; its last part is what the event's correlation then points to.
 */
export const systemContext = (...because: ReadonlyArray<string>): CommandContext => ({
  commandId: commandIdFrom('system', ...because),
  actor: { type: 'system' },
  via: null,
  requestId: `because-of-${because.at(-1) ?? ''}`,
  at: timestampOf(Date.now()),
});
