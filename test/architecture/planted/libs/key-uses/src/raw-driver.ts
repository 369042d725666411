// breaks: postgres-stays-in-its-adapter, sqlite-stays-in-adapters
import Database from 'better-sqlite3';
import pg from 'pg';

export const rawDrivers = [Database, pg.Client];
