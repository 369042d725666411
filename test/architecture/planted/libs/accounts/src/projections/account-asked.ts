// breaks: projections-are-pure
import { openAccount } from '../commands/open-account.js';

export const accountAsked = { openAccount };
