// breaks: libs-do-not-import-apps
import { serverModule } from '../../../apps/server/src/server.module.js';

export const upwards = { serverModule };
