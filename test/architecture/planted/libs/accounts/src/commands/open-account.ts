import { EventStore } from '#libs/event-store';
import { account } from '../domain/account.decider.js';

export const openAccount = { EventStore, account };
