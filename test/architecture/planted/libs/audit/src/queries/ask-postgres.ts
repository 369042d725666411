// breaks: postgres-stays-in-its-adapter
import pg from 'pg';

export const askPostgres = pg.Client;
