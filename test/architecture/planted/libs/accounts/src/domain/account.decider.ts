import { State } from '#libs/kernel';
import { AccountOpened } from './account.events.js';

export const account = { State, AccountOpened };
