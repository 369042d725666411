import { RegisterResourceHandler, RemoveResourceHandler } from './commands/resources.js';
import { ReviseSupportMatrixHandler } from './commands/revise-support-matrix.js';

export {
  RegisterResource,
  RegisterResourceHandler,
  RemoveResource,
  RemoveResourceHandler,
} from './commands/resources.js';
export { ReviseSupportMatrix, ReviseSupportMatrixHandler } from './commands/revise-support-matrix.js';
export type { ResourceFailure } from './domain/resource.decider.js';
export { ResourceId } from './domain/resource-id.js';
export { ListingScope, SupportRow } from './domain/support-matrix.events.js';
export type { ResourceDocument } from './projections/resources.js';
export { Resources } from './queries/resources.js';
export { SupportMatrices } from './queries/support-matrices.js';
export const resourceHandlers = [RegisterResourceHandler, RemoveResourceHandler, ReviseSupportMatrixHandler];
