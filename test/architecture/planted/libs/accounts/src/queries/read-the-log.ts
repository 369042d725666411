// breaks: log-readers
import { EventStore } from '#libs/event-store';

export const readTheLog = { EventStore };
