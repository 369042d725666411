import type { Projection, Timestamp } from '#libs/kernel';
import type { PepperName } from '../domain/foreign.js';
import { type PepperEvent, pepperEvents } from '../domain/pepper.events.js';

/** A pepper as it is shown: its value is shown to nobody. */
export interface PepperDocument {
  readonly name: PepperName;
  readonly createdAt: Timestamp;
}

export const storedPeppers: Projection<PepperDocument, PepperEvent> & { readonly events: typeof pepperEvents } = {
  category: 'pepper',
  events: pepperEvents,
  project: (_, { at, event }) => ({ name: event.data.name, createdAt: at }),
};
