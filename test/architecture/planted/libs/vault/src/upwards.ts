// breaks: libs-do-not-import-apps
import { adapters } from '../../../apps/server/src/adapters.js';

export const upwards = { adapters };
