import { eventCodec, type EventOf, eventSchema, exact } from '#libs/kernel';
import { PepperName } from './foreign.js';

/** A pepper of this name is in the vault. Nothing here says anything of its value. */
const PepperStored = eventSchema(exact({ name: PepperName }));

/** Stream `pepper-names`, the only one: so that whoever counts them counts all of them. */
export const pepperEvents = eventCodec({ PepperStored });
export type PepperEvent = EventOf<typeof pepperEvents>;

export const THE_PEPPERS = 'names';
